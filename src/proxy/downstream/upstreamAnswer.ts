import { isJsonObject, numberOr, stringOr } from '../../common/json.ts';
import { memberOf } from '../../common/jsonSpans.ts';
import type { TaskEvent } from '../../registry/taskEvent.ts';
import type { TaskProgress } from '../../registry/taskRecord.ts';
import { LOST, WireErrorCode } from '../wire/jsonRpc.ts';
import { parsedSpan, sliceOf, type WireMessage } from '../wire/wireMessage.ts';

/** What an upstream's answer means for the task: a result, `isError` included, completes it. */
export function eventOf(answer: WireMessage): TaskEvent {
  if (answer.result !== null) {
    const isError = memberOf(answer.text, answer.result, 'isError');
    return {
      type: 'completed',
      isError: isError !== null && sliceOf(answer.text, isError) === 'true',
      resultJson: sliceOf(answer.text, answer.result),
    };
  }
  const error = parsedSpan(answer, answer.error);
  const fields = isJsonObject(error) ? error : {};
  const message = stringOr(fields.message, 'The server gave no reason.');
  // The server was asked about the work, and knows nothing of it any more.
  if (isJsonObject(fields.data) && fields.data.code === LOST)
    return { type: 'lost', note: message };
  return {
    type: 'failed',
    error: {
      code: numberOr(fields.code, WireErrorCode.internalError),
      message,
      dataJson: fields.data === undefined ? null : JSON.stringify(fields.data),
    },
  };
}

/** Enough for a person; a message is kept, shown and told again at each change. */
const MAX_MESSAGE = 1_000;

/** Progress as sent, or `null` if it is none. */
export function progressFrom(params: unknown): TaskProgress | null {
  if (!isJsonObject(params) || typeof params.progress !== 'number') return null;
  return {
    progress: params.progress,
    total: numberOr(params.total, null),
    message: stringOr(params.message, null)?.slice(0, MAX_MESSAGE) ?? null,
  };
}
