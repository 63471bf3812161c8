import { messageOf, TaskHandlesError } from '../common/errors.ts';

/** What goes wrong with a file of ours, in one sentence for a person; our own errors stay. */
export function asStoreFailed(path: string, cause: unknown): TaskHandlesError {
  if (cause instanceof TaskHandlesError) return cause;
  return new TaskHandlesError(
    'store_failed',
    `The tasks in ${path} cannot be read or written (${messageOf(cause)}); free space or repair the folder, it is tried again.`,
    { cause },
  );
}
