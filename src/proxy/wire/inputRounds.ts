import { isJsonObject, type JsonObject, parseJson } from '../../common/json.ts';
import { isObjectAt, memberOf } from '../../common/jsonSpans.ts';
import { withMember } from './members.ts';
import { readMessage, sliceOf, type WireMessage } from './wireMessage.ts';

/** An `input_required` result (2026-07-28, multi round-trip requests). */
export interface InputRound {
  readonly requests: readonly {
    readonly key: string;
    readonly method: string;
    readonly params: unknown;
  }[];
  /** JSON text; to be given back exactly. */
  readonly stateText: string | null;
}

/** Reads an answer as a round of questions; `null` when it is a result of another kind. */
export function inputRoundOf(answer: WireMessage): InputRound | null {
  const { text, result } = answer;
  if (result === null || !isObjectAt(text, result)) return null;
  const type = memberOf(text, result, 'resultType');
  if (type === null || sliceOf(text, type) !== '"input_required"') return null;
  const state = memberOf(text, result, 'requestState');
  const requests = memberOf(text, result, 'inputRequests');
  const parsed = requests === null ? {} : parseJson(sliceOf(text, requests));
  return {
    requests: isJsonObject(parsed) ? Object.entries(parsed).flatMap(questionOf) : [],
    stateText: state === null ? null : sliceOf(text, state),
  };
}

function questionOf([key, value]: [string, unknown]): InputRound['requests'][number][] {
  if (!isJsonObject(value) || typeof value.method !== 'string') return [];
  return [{ key, method: value.method, params: value.params }];
}

/** The request once more, with the answers to a round; all else of it stays as it came. */
export function retryOf(
  request: WireMessage,
  { responses, stateText }: { readonly responses: JsonObject; readonly stateText: string | null },
): WireMessage | null {
  const answered = withParam(request, 'inputResponses', JSON.stringify(responses));
  return answered === null || stateText === null
    ? answered
    : withParam(answered, 'requestState', stateText);
}

/** The request with a member of `params` set; `null` where it has no params to set it in. */
function withParam(request: WireMessage, key: string, valueText: string): WireMessage | null {
  const { text, params } = request;
  if (params === null || !isObjectAt(text, params)) return null;
  return readMessage(withMember(text, params, [key, valueText]));
}
