import { parseJson } from '../../../common/json.ts';
import { isObjectAt, memberOf } from '../../../common/jsonSpans.ts';
import { WireError, WireErrorCode } from '../../wire/jsonRpc.ts';
import { isEmptyObject, withoutMember } from '../../wire/members.ts';
import { readMessage, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';

/** A `subscriptions/listen` that names tasks. */
export interface ListenFilter {
  readonly taskIds: readonly string[];
  /** The request without them; `null` when nothing else is asked for. */
  readonly rest: WireMessage | null;
}

/** What such a request asks for; `null` when it names no tasks. Throws -32602 for a bad list. */
export function listenFilterOf(message: WireMessage): ListenFilter | null {
  const { text, params } = message;
  const filter = params === null ? null : memberOf(text, params, 'notifications');
  if (filter === null || !isObjectAt(text, filter)) return null;
  const place = memberOf(text, filter, 'taskIds');
  if (place === null) return null;
  const taskIds = parseJson(sliceOf(text, place));
  if (!Array.isArray(taskIds) || taskIds.some((id) => typeof id !== 'string')) {
    throw new WireError(WireErrorCode.invalidParams, '`taskIds` must be a list of strings.');
  }
  const restText = withoutMember(text, filter, 'taskIds');
  return { taskIds, rest: isEmptyObject(restText, filter) ? null : readMessage(restText) };
}
