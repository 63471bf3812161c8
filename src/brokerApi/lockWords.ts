import type { AdminLocks } from './adminLocks.ts';

/** What is locked, one line for each lock, for people; empty where nothing is. */
export function lockLines(locks: AdminLocks): string[] {
  const { maxTotalTimeoutMs, maxIdleTimeoutMs, mustTrack, refusedTools } = locks;
  const lines: (string | false | undefined)[] = [
    locks.refuseNewWork !== undefined && `new work is refused: ${locks.refuseNewWork}`,
    refusedTools !== undefined && `refused tools: ${refusedTools.join(', ')}`,
    mustTrack !== undefined && `always tracked: ${mustTrack.join(', ')}`,
    maxTotalTimeoutMs !== undefined && `a call takes at most ${maxTotalTimeoutMs} ms`,
    maxIdleTimeoutMs !== undefined && `a task is silent for at most ${maxIdleTimeoutMs} ms`,
    locks.failOpen === false && 'no server runs without the broker',
  ];
  return lines.filter((line) => typeof line === 'string');
}

/** Whose locks these are, for people. */
export function lockedBy({ by, source }: AdminLocks): string {
  return by === null ? `an administrator (${source})` : `${by} (${source})`;
}
