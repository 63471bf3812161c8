import { isJsonObject, type JsonObject } from '../../common/json.ts';

export type RequestId = string | number;

/** What `connect` must know of a message; the line itself is passed on as it came. */
export type HostMessage =
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string }
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown }
  | { readonly kind: 'response'; readonly id: RequestId | null; readonly isError: boolean }
  | { readonly kind: 'other' };

const OTHER: HostMessage = { kind: 'other' };

/** Sorts a parsed JSON value. Only the envelope is looked at. */
export function classify(value: unknown): HostMessage {
  if (!isJsonObject(value)) return OTHER;
  const { id, method } = value;
  if (typeof method !== 'string') return responseOf(value);
  if (id === undefined) return { kind: 'notification', method, params: value.params };
  return isRequestId(id) ? { kind: 'request', id, method } : OTHER;
}

function responseOf(value: JsonObject): HostMessage {
  const { id } = value;
  const isError = 'error' in value;
  if (!isError && !('result' in value)) return OTHER;
  return { kind: 'response', id: isRequestId(id) ? id : null, isError };
}

/** The request that a `notifications/cancelled` names. */
export function cancelledIdOf(params: unknown): RequestId | undefined {
  if (!isJsonObject(params)) return undefined;
  return isRequestId(params.requestId) ? params.requestId : undefined;
}

export function isRequestId(id: unknown): id is RequestId {
  return typeof id === 'string' || typeof id === 'number';
}
