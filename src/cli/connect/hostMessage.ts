import { type Envelope, readEnvelope } from '../../common/envelope.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../common/json.ts';
import { memberOf, type Span } from '../../common/jsonSpans.ts';

/** `bigint` where a number would be rounded: the id goes back as it came, and is one of its own. */
export type RequestId = string | number | bigint;

/** What `connect` must know of a message; the line itself is passed on as it came. */
export type HostMessage =
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string }
  /** `params` of a cancel only: nothing else of a notification decides anything here. */
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown }
  | { readonly kind: 'response'; readonly id: RequestId | null; readonly isError: boolean }
  | { readonly kind: 'other' };

const OTHER: HostMessage = { kind: 'other' };

/**
 * Sorts a line without building its values, which on the way of every message costs the most;
 * `null` when it is none, or a batch: then parsing tells what it is.
 */
export function readHostMessage(line: string): HostMessage | null {
  const envelope = readEnvelope(line);
  if (envelope === null) return null;
  const { kind, method } = envelope;
  const id = idIn(line, envelope);
  if (kind === 'response') return { kind, id, isError: envelope.error !== null };
  if (kind === 'request') return id === null ? OTHER : { kind, id, method };
  const isCancel = method === 'notifications/cancelled';
  return { kind, method, params: isCancel ? cancelParams(line, envelope.params) : undefined };
}

function cancelParams(line: string, span: Span | null): unknown {
  const params = span === null ? undefined : parseJson(line.slice(span.start, span.end));
  const id = span === null ? null : memberOf(line, span, 'requestId');
  if (id === null || !isJsonObject(params)) return params;
  return { ...params, requestId: idAt(line, id) ?? params.requestId };
}

/** Whole numbers, which most ids are, without the parser. */
const DIGITS = /^\d{1,15}$/;
/** Whole numbers that may be rounded; longer ones are no ids of anybody's. */
const LONG_DIGITS = /^-?[1-9]\d{15,40}$/;

function idIn(line: string, { id }: Envelope): RequestId | null {
  return id === null ? null : idAt(line, id);
}

function idAt(line: string, { start, end }: Span): RequestId | null {
  const text = line.slice(start, end);
  if (DIGITS.test(text)) return Number(text);
  if (LONG_DIGITS.test(text)) return BigInt(text);
  const value = parseJson(text);
  return isRequestId(value) ? value : null;
}

/** The id as it stands in a message. */
export function idText(id: RequestId): string {
  return typeof id === 'bigint' ? id.toString() : JSON.stringify(id);
}

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
  return typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint';
}
