import type { UpstreamEnding } from '../../proxy/upstream/upstreamChannel.ts';
import type { DeadlineClock } from '../../registry/taskEvent.ts';
import type { Door, Freed, RevocationLevel } from '../../registry/taskRecord.ts';

/** How a ladder ended. */
export interface LadderEnd {
  readonly level: RevocationLevel;
  /** Absent: nothing of ours was ended. */
  readonly freed?: Freed;
  /** Who outlived it, and why; `null`: nobody. */
  readonly note: string | null;
}

/** The endings of one ladder, from its first step to its last. */
export function ladderEnd(level: RevocationLevel, ...endings: UpstreamEnding[]): LadderEnd {
  const ended = endings.filter(({ freed }) => freed.processes > 0).map(({ freed }) => freed);
  const note = survivorsNote(endings.at(-1));
  return ended.length === 0 ? { level, note } : { level, note, freed: ended.reduce(sumOf) };
}

function sumOf(one: Freed, other: Freed): Freed {
  const isTold = one.memoryBytes !== null && other.memoryBytes !== null;
  return {
    processes: one.processes + other.processes,
    memoryBytes: isTold ? (one.memoryBytes ?? 0) + (other.memoryBytes ?? 0) : null,
  };
}

/** Waiting for them would tell nobody anything. */
function survivorsNote(last: UpstreamEnding | undefined): string | null {
  const { survivors = [], stuck = [] } = last ?? {};
  const refused = survivors.filter((pid) => !stuck.includes(pid));
  const notes = [
    ...(stuck.length > 0
      ? [`${named(stuck)} in the system, where no signal reaches: killed as soon as that ends`]
      : []),
    ...(refused.length > 0 ? [`could not be ended: ${refused.join(', ')}`] : []),
  ];
  return notes.length > 0 ? `Not gone yet: ${notes.join('; ')}.` : null;
}

function named(pids: readonly number[]): string {
  return pids.length === 1 ? `process ${pids[0]} sleeps` : `processes ${pids.join(', ')} sleep`;
}

/** Why a server is asked to stop, in words for its log: it may be anybody's, so no notes. */
export function stopReason(
  event: { type: 'revoked'; by: Door } | { type: 'timedOut'; clock: DeadlineClock },
): string {
  if (event.type === 'revoked') return `The task was revoked by the ${event.by}.`;
  const what = event.clock === 'idle' ? 'no progress for too long' : 'longer than it may';
  return `The task has timed out: ${what}.`;
}
