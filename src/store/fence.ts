import { TaskHandlesError } from '../common/errors.ts';

/** Goes before every write: another broker may have taken over meanwhile. */
export function assertMayWrite(isFenced: () => boolean): void {
  if (!isFenced()) return;
  throw new TaskHandlesError(
    'lock_lost',
    'Another broker has taken over this home; this one writes no more and must end.',
  );
}
