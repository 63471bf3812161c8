import { isUnknownToBroker } from '../brokerApi/ifKnown.ts';
import { messageOf, TaskHandlesError } from '../common/errors.ts';

const AWAY = ['no_broker', 'broker_start_failed', 'broker_refused', 'socket_path_too_long'];

/** Unknown and malformed handles get the same words: they do not tell whether a task ever was. */
export function noSuchHandle(): TaskHandlesError {
  return new TaskHandlesError(
    'no_such_handle',
    'There is no task with this handle; list_tasks shows which there are.',
  );
}

/** One line for a model: what happened, and what is to be done. */
export function sentenceOf(error: unknown): string {
  if (isUnknownToBroker(error)) {
    return 'The running broker is older than this program and cannot do that; the user can end it with `mcp-task-handles broker stop` when its tasks have ended.';
  }
  const message = messageOf(error);
  if (!TaskHandlesError.is(error) || !AWAY.includes(error.code)) return message;
  return `${message} Until then nothing can be seen or stopped from here: tell the user.`;
}
