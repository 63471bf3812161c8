import type { AdminLocks } from '../../brokerApi/adminLocks.ts';
import { adminPolicyPath, readAdminPolicy } from '../../brokerApi/adminPolicyFile.ts';
import { lockedBy } from '../../brokerApi/lockWords.ts';
import { mayMatchBelow } from '../../common/globs.ts';

/**
 * Why this server may not run past the broker, as the administrator's file says it; `null`: it may.
 * What only the broker can keep to (tools that are refused or must be tracked) counts as well. The
 * file is read here and now: there is no broker to ask.
 */
export function failOpenLock(route: string, path: string = adminPolicyPath()): string | null {
  const reading = readAdminPolicy(path);
  if (reading.kind === 'absent' || reading.kind === 'ignored') return null;
  if (reading.kind === 'broken') return `${reading.problem} Nothing runs without the broker.`;
  const { locks } = reading;
  return isLocked(locks, route) ? `${lockedBy(locks)} lets nothing run without the broker.` : null;
}

function isLocked(locks: AdminLocks, route: string): boolean {
  const { failOpen, refuseNewWork, refusedTools = [], mustTrack = [] } = locks;
  if (failOpen === false || refuseNewWork !== undefined) return true;
  return [...refusedTools, ...mustTrack].some((glob) => mayMatchBelow(glob, `${route}/`));
}
