import { messageOf, TaskHandlesError } from '../common/errors.ts';

/** JSON-RPC's "Method not found". */
const METHOD_NOT_FOUND = -32601;
const AWAY = ['no_broker', 'broker_start_failed', 'broker_refused', 'socket_path_too_long'];

/** Unknown and malformed handles get the same words: they do not tell whether a task ever was. */
export function noSuchHandle(): TaskHandlesError {
  return new TaskHandlesError(
    'no_such_handle',
    'There is no task with this handle; list_tasks shows which there are.',
  );
}

/** Whether the broker is from before what it was asked. */
export function isUnknownToBroker(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === METHOD_NOT_FOUND;
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
