import { parseJson } from './json.ts';

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
const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** Thrown when the text is not the JSON that was expected; whoever reads spans catches it. */
export class MalformedJson extends Error {
  override readonly name = 'MalformedJson';
}

/**
 * Walks over the members of the object that begins at `start`, without building values: a proxy
 * that parses and prints changes numbers, key order and escapes, and copies large messages (P12).
 * Nested values are validated on the way, but for the inside of strings: whatever was walked over
 * may be walked over again without a throw. A cursor instead of a callback, for its speed.
 */
export class MemberCursor {
  readonly #text: string;
  #at: number;
  #isFirst = true;
  #keyStart = 0;
  #keyEnd = 0;
  #valueStart = 0;
  #isEscaped: boolean | null = null;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#at = expect(text, skipSpace(text, start), OPEN_BRACE);
  }

  /** Steps to the next member; `false` after the last. Throws `MalformedJson`. */
  next(): boolean {
    const text = this.#text;
    let at = skipSpace(text, this.#at);
    if (text.charCodeAt(at) === CLOSE_BRACE) {
      this.#at = at + 1;
      return false;
    }
    if (!this.#isFirst) at = skipSpace(text, expect(text, at, COMMA));
    this.#isFirst = false;
    this.#isEscaped = null;
    this.#keyStart = at;
    this.#keyEnd = skipString(text, at);
    this.#valueStart = skipSpace(text, expect(text, skipSpace(text, this.#keyEnd), COLON));
    this.#at = skipValue(text, this.#valueStart, 0);
    return true;
  }

  /** Whether this is the key, which may be written with escapes; then it is longer than itself. */
  isKey(name: string): boolean {
    const length = this.#keyEnd - this.#keyStart - 2;
    if (length === name.length) return this.#isWritten(name);
    return length > name.length && this.#hasEscapes() && this.key === name;
  }

  #hasEscapes(): boolean {
    this.#isEscaped ??= this.#text.slice(this.#keyStart, this.#keyEnd).includes('\\');
    return this.#isEscaped;
  }

  #isWritten(name: string): boolean {
    const text = this.#text;
    const begin = this.#keyStart + 1;
    for (let index = 0; index < name.length; index += 1) {
      if (text.charCodeAt(begin + index) !== name.charCodeAt(index)) return false;
    }
    return true;
  }

  get key(): string {
    return stringAt(this.#text, { start: this.#keyStart, end: this.#keyEnd });
  }

  get value(): Span {
    return { start: this.#valueStart, end: this.#at };
  }

  /** The whole member: key, colon and value. */
  get member(): Span {
    return { start: this.#keyStart, end: this.#at };
  }

  /** After `next` has said `false`: the position after the object. */
  get end(): number {
    return this.#at;
  }
}

/** The value of one member of the object at `object`, or `null` if it has none. */
export function memberOf(text: string, object: Span, key: string): Span | null {
  if (!isObjectAt(text, object)) return null;
  let found: Span | null = null;
  const cursor = new MemberCursor(text, object.start);
  while (cursor.next()) if (cursor.isKey(key)) found = cursor.value;
  return found;
}

/** The elements of a text that is an array and nothing else; `null` for any other text. */
export function elementsOf(text: string): Span[] | null {
  const elements: Span[] = [];
  try {
    let at = skipSpace(text, expect(text, skipSpace(text, 0), OPEN_BRACKET));
    while (text.charCodeAt(at) !== CLOSE_BRACKET) {
      const start = elements.length === 0 ? at : skipSpace(text, expect(text, at, COMMA));
      const end = skipValue(text, start, 1);
      elements.push({ start, end });
      at = skipSpace(text, end);
    }
    return skipSpace(text, at + 1) >= text.length ? elements : null;
  } catch (error) {
    if (error instanceof MalformedJson) return null;
    throw error;
  }
}

/** Whether the value at `span` is an object. */
export function isObjectAt(text: string, span: Span): boolean {
  return text.charCodeAt(span.start) === OPEN_BRACE;
}

/** Whether the value at `span` is a string. */
export function isStringAt(text: string, span: Span): boolean {
  return text.charCodeAt(span.start) === QUOTE;
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
  let code = text.charCodeAt(position);
  while (code <= SPACE && (code === SPACE || code === 0x0a || code === 0x0d || code === 0x09)) {
    position += 1;
    code = text.charCodeAt(position);
  }
  return position;
}

function expect(text: string, at: number, code: number): number {
  if (text.charCodeAt(at) !== code) throw new MalformedJson(`unexpected character at ${at}`);
  return at + 1;
}

function skipString(text: string, at: number): number {
  const begin = expect(text, at, QUOTE);
  for (let end = text.indexOf('"', begin); end !== -1; end = text.indexOf('"', end + 1)) {
    if (text.charCodeAt(end - 1) !== BACKSLASH || isEven(slashesBefore(text, end))) return end + 1;
  }
  throw new MalformedJson(`string without end at ${at}`);
}

function slashesBefore(text: string, end: number): number {
  let at = end;
  while (text.charCodeAt(at - 1) === BACKSLASH) at -= 1;
  return end - at;
}

function isEven(count: number): boolean {
  return count % 2 === 0;
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

/** Whole numbers, which ids mostly are, without the regular expression. */
function skipScalar(text: string, at: number): number {
  let end = at;
  let code = text.charCodeAt(end);
  while (code >= ZERO && code <= NINE) {
    end += 1;
    code = text.charCodeAt(end);
  }
  if (end > at && (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET)) return end;
  SCALAR.lastIndex = at;
  if (!SCALAR.test(text)) throw new MalformedJson(`unexpected character at ${at}`);
  return SCALAR.lastIndex;
}
