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
 * Returns the position after the object.
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
    const key = text.slice(at + 1, keyEnd - 1);
    const valueStart = skipSpace(text, expect(text, skipSpace(text, keyEnd), COLON));
    const valueEnd = skipValue(text, valueStart);
    visit(key, { start: valueStart, end: valueEnd });
    at = skipSpace(text, valueEnd);
    if (text.charCodeAt(at) === CLOSE_BRACE) return at + 1;
    at = skipSpace(text, expect(text, at, COMMA));
  }
}

/** The value of one member of the object at `object`, or `null` if it has none. */
export function memberOf(text: string, object: Span, key: string): Span | null {
  if (text.charCodeAt(object.start) !== OPEN_BRACE) return null;
  let found: Span | null = null;
  visitMembers(text, object.start, (name, value) => {
    if (name === key) found = value;
  });
  return found;
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

function skipValue(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === QUOTE) return skipString(text, at);
  if (code === OPEN_BRACE || code === OPEN_BRACKET) return skipNested(text, at);
  return skipScalar(text, at);
}

function skipNested(text: string, at: number): number {
  let depth = 0;
  for (let position = at; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code === QUOTE) position = skipString(text, position) - 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return position + 1;
    }
  }
  throw new MalformedJson(`value without end at ${at}`);
}

const SCALAR = /(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/y;

function skipScalar(text: string, at: number): number {
  SCALAR.lastIndex = at;
  if (!SCALAR.test(text)) throw new MalformedJson(`unexpected character at ${at}`);
  return SCALAR.lastIndex;
}
