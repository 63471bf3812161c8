import { TaskHandlesError } from '../common/errors.ts';

/** Unknown and malformed handles get the same words: they do not tell whether a task ever was. */
export function noSuchHandle(): TaskHandlesError {
  return new TaskHandlesError(
    'no_such_handle',
    'There is no task with this handle; list the tasks to see which there are.',
  );
}

/** A handle that was issued once and whose ttl is over. */
export function handleExpired(handle: string): TaskHandlesError {
  return new TaskHandlesError(
    'handle_expired',
    `Task ${handle} has expired: its time to live is over and its result is gone.`,
  );
}
