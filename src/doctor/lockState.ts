import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Finding } from '../brokerApi/finding.ts';
import {
  hasEnded,
  highestNumber,
  type LockOwner,
  lockPath,
  noteEnded,
  readOwner,
} from '../brokerApi/lockFolder.ts';
import { isSameProcess } from '../processes/processIdentity.ts';
import { type Look, mendable } from './examination.ts';

/** Who owns a home. `stale`: nobody, though the lock says somebody; `unclear`: nobody can tell. */
export type LockState =
  | { readonly kind: 'free' }
  | { readonly kind: 'owned'; readonly owner: LockOwner }
  | { readonly kind: 'stale' | 'unclear'; readonly finding: Finding };

/** Looks at the lock; with `mend` notes the end of an owner that is provably dead. */
export async function lockState(look: Look): Promise<LockState> {
  const { lockFolder } = look.paths;
  const number = existsSync(lockFolder) ? highestNumber(lockFolder) : 0;
  if (number === 0 || hasEnded(lockFolder, number)) return { kind: 'free' };
  const owner = readOwner(lockFolder, number);
  if (owner === null) return { kind: 'free' };
  const path = lockPath(lockFolder, number);
  if (owner === undefined) return unclear(path, `The lock file ${path} is not one of ours`);
  if (owner.host !== hostname()) {
    return unclear(path, `A broker on ${owner.host} (pid ${owner.pid}) owns this home`);
  }
  const liveness = isSameProcess(owner);
  if (liveness === 'alive') return { kind: 'owned', owner };
  if (liveness === 'unknown') {
    return unclear(path, `Process ${owner.pid} may be the broker that owns this home`);
  }
  const what = `The lock ${path} names broker ${owner.pid}, which is gone`;
  const why = 'It was killed, or the machine stopped; the next broker takes over by itself.';
  const note = () => noteEnded(lockFolder, number);
  return { kind: 'stale', finding: await mendable({ kind: 'stale_lock', what, why }, look, note) };
}

function unclear(path: string, what: string): LockState {
  const why = `Nobody can tell whether it lives; if you are sure that it does not, delete ${path}.`;
  return { kind: 'unclear', finding: { kind: 'stale_lock', what, why, outcome: 'cannot' } };
}
