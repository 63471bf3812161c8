import { readlinkSync } from 'node:fs';
import { readLimitMark, starterOf } from './limitMark.ts';
import { readOwnerMark } from './linuxProc.ts';
import type { ProcessEntry } from './processEntry.ts';

/**
 * The owner mark of a process, `null` without one. Where its environment has lost it, a mark in its
 * limits still tells the broker: `<pid>-:`. Only Linux lets us read either.
 */
export function ownerOf({ pid, state }: ProcessEntry): string | null {
  // The environment of one that sleeps in the system may be locked: we would sleep with it.
  const owner = state === 'D' ? null : readOwnerMark(pid);
  if (owner !== null) return owner;
  const mark = readLimitMark(pid);
  // Limits may be read of processes that are no business of ours.
  return mark === null || namespaceOf(pid) === null ? null : `${starterOf(mark)}-:`;
}

/** Which numbers a process goes by; `null` also where that may not be read. */
export function namespaceOf(pid: number | 'self'): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return null;
  }
}
