import { parseJson } from '../../common/json.ts';

/** A half-open range of a JSON text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Thrown when the text is not the JSON that was expected; never leaves this folder. */
export class MalformedJson extends Error {
  override readonly name = 'MalformedJson';
}

/**
 * Visits the members of the object that begins at `start`, without building values: a proxy that
 * parses and prints changes numbers, key order and escapes, and copies large messages (P12).
 * Nested values are validated on the way, but for the inside of strings: whatever is visited may be
 * visited again without a throw. Returns the position after the object.
 */
export function visitMembers(
  text: string,
  start: number,
  visit: (key: string, value: Span) => void,
): number {
  let at = expect(text, skipSpace(text, start), OPEN_BRACE);
  at = skipSpace(text, at);
  if (text.charCodeAt(at) === CLOSE_BRACE) return at + 1;
  for (;;) {
    const keyEnd = skipString(text, at);
    const key = stringAt(text, { start: at, end: keyEnd });
    const valueStart = skipSpace(text, expect(text, skipSpace(text, keyEnd), COLON));
    const valueEnd = skipValue(text, valueStart, 0);
    visit(key, { start: valueStart, end: valueEnd });
    at = skipSpace(text, valueEnd);
    if (text.charCodeAt(at) === CLOSE_BRACE) return at + 1;
    at = skipSpace(text, expect(text, at, COMMA));
  }
}

/** The members of the value at `span` by key; none when it is no object. The last of equal keys. */
export function membersOf(text: string, span: Span): Map<string, Span> {
  const members = new Map<string, Span>();
  if (isObjectAt(text, span)) {
    visitMembers(text, span.start, (key, value) => members.set(key, value));
  }
  return members;
}

/** The value of one member of the object at `object`, or `null` if it has none. */
export function memberOf(text: string, object: Span, key: string): Span | null {
  if (!isObjectAt(text, object)) return null;
  let found: Span | null = null;
  visitMembers(text, object.start, (name, value) => {
    if (name === key) found = value;
  });
  return found;
}

/** Whether the value at `span` is an object. */
export function isObjectAt(text: string, span: Span): boolean {
  return text.charCodeAt(span.start) === OPEN_BRACE;
}

/** The string whose literal, quotes included, stands at `span`; a bad escape stays as it is. */
export function stringAt(text: string, { start, end }: Span): string {
  const inner = text.slice(start + 1, end - 1);
  if (!inner.includes('\\')) return inner;
  const value = parseJson(text.slice(start, end));
  return typeof value === 'string' ? value : inner;
}

/** The first position at or after `at` that is not white space. */
export function skipSpace(text: string, at: number): number {
  let position = at;
  for (;;) {
    const code = text.charCodeAt(position);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return position;
    position += 1;
  }
}

function expect(text: string, at: number, code: number): number {
  if (text.charCodeAt(at) !== code) throw new MalformedJson(`unexpected character at ${at}`);
  return at + 1;
}

function skipString(text: string, at: number): number {
  expect(text, at, QUOTE);
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  throw new MalformedJson(`string without end at ${at}`);
}

/** What is deeper is refused: the way down is a recursion. */
const MAX_DEPTH = 1000;

function skipValue(text: string, at: number, depth: number): number {
  const code = text.charCodeAt(at);
  if (code === QUOTE) return skipString(text, at);
  if (code !== OPEN_BRACE && code !== OPEN_BRACKET) return skipScalar(text, at);
  if (depth > MAX_DEPTH) throw new MalformedJson(`nested too deeply at ${at}`);
  return code === OPEN_BRACE ? skipObject(text, at, depth + 1) : skipArray(text, at, depth + 1);
}

function skipObject(text: string, at: number, depth: number): number {
  let position = skipSpace(text, at + 1);
  if (text.charCodeAt(position) === CLOSE_BRACE) return position + 1;
  for (;;) {
    const valueStart = expect(text, skipSpace(text, skipString(text, position)), COLON);
    const valueEnd = skipValue(text, skipSpace(text, valueStart), depth);
    position = skipSpace(text, valueEnd);
    if (text.charCodeAt(position) === CLOSE_BRACE) return position + 1;
    position = skipSpace(text, expect(text, position, COMMA));
  }
}

function skipArray(text: string, at: number, depth: number): number {
  let position = skipSpace(text, at + 1);
  if (text.charCodeAt(position) === CLOSE_BRACKET) return position + 1;
  for (;;) {
    position = skipSpace(text, skipValue(text, position, depth));
    if (text.charCodeAt(position) === CLOSE_BRACKET) return position + 1;
    position = skipSpace(text, expect(text, position, COMMA));
  }
}

const SCALAR = /(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/y;

function skipScalar(text: string, at: number): number {
  SCALAR.lastIndex = at;
  if (!SCALAR.test(text)) throw new MalformedJson(`unexpected character at ${at}`);
  return SCALAR.lastIndex;
}
