import {
  isStringAt,
  MalformedJson,
  MemberCursor,
  type Span,
  skipSpace,
  stringAt,
} from './jsonSpans.ts';

/** A JSON-RPC message's outermost members, as places in its text. */
export interface Envelope {
  readonly kind: 'request' | 'notification' | 'response';
  /** Empty for a response. */
  readonly method: string;
  /** `null` for notifications. */
  readonly id: Span | null;
  readonly params: Span | null;
  readonly result: Span | null;
  readonly error: Span | null;
}

interface Members {
  id: Span | null;
  method: Span | null;
  params: Span | null;
  result: Span | null;
  error: Span | null;
}

/** Reads the envelope of a line; `null` if it is no message. Arrays (batches) are none. */
export function readEnvelope(text: string): Envelope | null {
  const members: Members = { id: null, method: null, params: null, result: null, error: null };
  try {
    const cursor = new MemberCursor(text, 0);
    while (cursor.next()) take(cursor, members);
    return isRestBlank(text, cursor.end) ? envelopeOf(text, members) : null;
  } catch (error) {
    if (error instanceof MalformedJson) return null;
    throw error;
  }
}

/** Looks first whether there is a rest: reading past the end makes every later reading slower. */
function isRestBlank(text: string, end: number): boolean {
  return end === text.length || skipSpace(text, end) >= text.length;
}

/** Spelled out: this is on the way of every message. */
function take(cursor: MemberCursor, members: Members): void {
  if (cursor.isKey('id')) members.id = cursor.value;
  else if (cursor.isKey('method')) members.method = cursor.value;
  else if (cursor.isKey('params')) members.params = cursor.value;
  else if (cursor.isKey('result')) members.result = cursor.value;
  else if (cursor.isKey('error')) members.error = cursor.value;
}

function envelopeOf(text: string, members: Members): Envelope | null {
  const { id, method, params, result, error } = members;
  if (method !== null) {
    if (!isStringAt(text, method)) return null;
    const kind = id === null ? 'notification' : 'request';
    return { kind, method: stringAt(text, method), id, params, result, error };
  }
  const isAnswer = id !== null && (result !== null || error !== null);
  return isAnswer ? { kind: 'response', method: '', id, params, result, error } : null;
}
