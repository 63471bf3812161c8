import { parseJson } from '../../common/json.ts';
import { MalformedJson, memberOf, type Span, skipSpace, visitMembers } from './span.ts';

/**
 * One JSON-RPC message as it came, with the places of what a proxy must know. Values are parsed
 * only when asked for.
 */
export interface WireMessage {
  readonly text: string;
  readonly kind: 'request' | 'notification' | 'response';
  /** Empty for a response. */
  readonly method: string;
  /** The id as JSON text (`7`, `"a"`); `null` for notifications. */
  readonly id: string | null;
  readonly idSpan: Span | null;
  readonly params: Span | null;
  readonly result: Span | null;
  readonly error: Span | null;
}

/** Reads a line as a message; `null` if it is not one. Arrays (batches) are not messages. */
export function readMessage(text: string): WireMessage | null {
  const spans: Record<string, Span> = {};
  try {
    const end = visitMembers(text, 0, (key, value) => {
      spans[key] = value;
    });
    if (skipSpace(text, end) < text.length) return null;
  } catch (error) {
    if (error instanceof MalformedJson) return null;
    throw error;
  }
  return messageFrom(text, spans);
}

function messageFrom(text: string, spans: Record<string, Span>): WireMessage | null {
  const method = spans.method === undefined ? null : parseJson(sliceOf(text, spans.method));
  const idSpan = spans.id ?? null;
  const id = idSpan === null ? null : sliceOf(text, idSpan);
  const isAnswer = spans.result !== undefined || spans.error !== undefined;
  if (typeof method !== 'string' && !(isAnswer && id !== null)) return null;
  return {
    text,
    kind: typeof method !== 'string' ? 'response' : id === null ? 'notification' : 'request',
    method: typeof method === 'string' ? method : '',
    id,
    idSpan,
    params: spans.params ?? null,
    result: spans.result ?? null,
    error: spans.error ?? null,
  };
}

/** The text of a span. */
export function sliceOf(text: string, span: Span): string {
  return text.slice(span.start, span.end);
}

/** The parsed value of a span; `undefined` when absent or not JSON. */
export function parsedSpan(message: WireMessage, span: Span | null): unknown {
  return span === null ? undefined : parseJson(sliceOf(message.text, span));
}

/** The parsed value of one member of `params`; `undefined` when absent. */
export function paramOf(message: WireMessage, key: string): unknown {
  if (message.params === null) return undefined;
  return parsedSpan(message, memberOf(message.text, message.params, key));
}

/** The message with another id, everything else byte for byte as it came. */
export function withId(message: WireMessage, id: string): string {
  return message.idSpan === null ? message.text : replaced(message.text, message.idSpan, id);
}

/** The place of `params._meta.progressToken`, or `null`. */
export function progressTokenSpan(message: WireMessage): Span | null {
  if (message.params === null) return null;
  const meta = memberOf(message.text, message.params, '_meta');
  return meta === null ? null : memberOf(message.text, meta, 'progressToken');
}

/** A request under our id, its progress token (given or not) ours as well: the same number. */
export function withOwnIdAndToken(message: WireMessage, id: number): string {
  const edits = [edit(message.idSpan, String(id)), tokenEdit(message, id)];
  return applyEdits(message.text, edits);
}

/** A request under our id whose progress token, if it has one, is replaced by ours. */
export function withOwnId(message: WireMessage, id: number): string {
  const token = progressTokenSpan(message);
  return applyEdits(message.text, [
    edit(message.idSpan, String(id)),
    token === null ? null : { ...token, text: String(id) },
  ]);
}

/** A progress notification under the token that the downstream had chosen. */
export function withProgressToken(message: WireMessage, tokenText: string): string {
  if (message.params === null) return message.text;
  const span = memberOf(message.text, message.params, 'progressToken');
  return span === null ? message.text : replaced(message.text, span, tokenText);
}

/** `text` with one span replaced. */
export function replaced(text: string, span: Span, replacement: string): string {
  return text.slice(0, span.start) + replacement + text.slice(span.end);
}

interface Edit extends Span {
  readonly text: string;
}

function edit(span: Span | null, text: string): Edit | null {
  return span === null ? null : { ...span, text };
}

function tokenEdit(message: WireMessage, token: number): Edit | null {
  const { text, params } = message;
  if (params === null) return null;
  const given = progressTokenSpan(message);
  if (given !== null) return { ...given, text: String(token) };
  const meta = memberOf(text, params, '_meta');
  if (meta !== null) return insertion(text, meta, `"progressToken":${token}`);
  return insertion(text, params, `"_meta":{"progressToken":${token}}`);
}

/** `text` with a member put first into the object at `object`. */
export function withFirstMember(text: string, object: Span, member: string): string {
  return applyEdits(text, [insertion(text, object, member)]);
}

function insertion(text: string, object: Span, member: string): Edit {
  const at = object.start + 1;
  const isEmpty = text[skipSpace(text, at)] === '}';
  return { start: at, end: at, text: isEmpty ? member : `${member},` };
}

function applyEdits(text: string, edits: readonly (Edit | null)[]): string {
  const ordered = edits.filter((one) => one !== null).sort((a, b) => a.start - b.start);
  let result = '';
  let at = 0;
  for (const one of ordered) {
    result += text.slice(at, one.start) + one.text;
    at = one.end;
  }
  return result + text.slice(at);
}
