import { parseJson } from '../../common/json.ts';
import {
  isObjectAt,
  MalformedJson,
  membersOf,
  type Span,
  skipSpace,
  stringAt,
  visitMembers,
} from './span.ts';

const NO_MEMBERS: ReadonlyMap<string, Span> = new Map();

/**
 * One JSON-RPC message as it came, with the places of what a proxy must know. Values are parsed
 * only when asked for; `params` is looked into once, when somebody asks first.
 */
export class WireMessage {
  readonly kind: 'request' | 'notification' | 'response';
  /** The id as JSON text (`7`, `"a"`); `null` for notifications. */
  readonly id: string | null;
  #params: ReadonlyMap<string, Span> | null = null;
  #meta: ReadonlyMap<string, Span> | null = null;

  constructor(
    readonly text: string,
    /** Empty for a response. */
    readonly method: string,
    private readonly spans: EnvelopeSpans,
  ) {
    const { id } = spans;
    this.id = id === null ? null : sliceOf(text, id);
    if (spans.method === null) this.kind = 'response';
    else this.kind = id === null ? 'notification' : 'request';
  }

  get idSpan(): Span | null {
    return this.spans.id;
  }

  get params(): Span | null {
    return this.spans.params;
  }

  get result(): Span | null {
    return this.spans.result;
  }

  get error(): Span | null {
    return this.spans.error;
  }

  /** The place of one member of `params`. */
  param(key: string): Span | null {
    this.#params ??= this.params === null ? NO_MEMBERS : membersOf(this.text, this.params);
    return this.#params.get(key) ?? null;
  }

  /** The place of one member of `params._meta`. */
  meta(key: string): Span | null {
    if (this.#meta === null) {
      const meta = this.param('_meta');
      this.#meta = meta === null ? NO_MEMBERS : membersOf(this.text, meta);
    }
    return this.#meta.get(key) ?? null;
  }
}

/** Where the members of the envelope stand. */
interface EnvelopeSpans {
  id: Span | null;
  method: Span | null;
  params: Span | null;
  result: Span | null;
  error: Span | null;
}

/** Reads a line as a message; `null` if it is not one. Arrays (batches) are not messages. */
export function readMessage(text: string): WireMessage | null {
  const spans: EnvelopeSpans = { id: null, method: null, params: null, result: null, error: null };
  try {
    const end = visitMembers(text, 0, (key, value) => {
      if (key === 'id') spans.id = value;
      else if (key === 'method') spans.method = value;
      else if (key === 'params') spans.params = value;
      else if (key === 'result') spans.result = value;
      else if (key === 'error') spans.error = value;
    });
    return skipSpace(text, end) < text.length ? null : messageFrom(text, spans);
  } catch (error) {
    if (error instanceof MalformedJson) return null;
    throw error;
  }
}

function messageFrom(text: string, spans: EnvelopeSpans): WireMessage | null {
  const { method, id } = spans;
  if (method !== null) {
    return text[method.start] === '"' ? new WireMessage(text, stringAt(text, method), spans) : null;
  }
  const isAnswer = spans.result !== null || spans.error !== null;
  return isAnswer && id !== null ? new WireMessage(text, '', spans) : null;
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
  return parsedSpan(message, message.param(key));
}

/** The parsed value of one member of `params._meta`; `undefined` when absent. */
export function metaOf(message: WireMessage, key: string): unknown {
  return parsedSpan(message, message.meta(key));
}

/** The message with another id, everything else byte for byte as it came. */
export function withId(message: WireMessage, id: string): string {
  return message.idSpan === null ? message.text : replaced(message.text, message.idSpan, id);
}

/** `params._meta.progressToken` as JSON text, or `null`. */
export function progressTokenOf(message: WireMessage): string | null {
  const token = message.meta('progressToken');
  return token === null ? null : sliceOf(message.text, token);
}

/** A request under our id, its progress token (given or not) ours as well: the same number. */
export function withOwnIdAndToken(message: WireMessage, id: number): string {
  return withOwn(message, id, message.meta('progressToken') ?? tokenPlace(message));
}

/** A request under our id whose progress token, if it has one, is replaced by ours. */
export function withOwnId(message: WireMessage, id: number): string {
  return withOwn(message, id, message.meta('progressToken'));
}

/** A progress notification under the token that the downstream had chosen. */
export function withProgressToken(message: WireMessage, tokenText: string): string {
  const span = message.param('progressToken');
  return span === null ? message.text : replaced(message.text, span, tokenText);
}

/** `text` with one span replaced. */
export function replaced(text: string, span: Span, replacement: string): string {
  return text.slice(0, span.start) + replacement + text.slice(span.end);
}

/** `text` with a member put first into the object at `object`. */
export function withFirstMember(text: string, object: Span, member: string): string {
  const at = object.start + 1;
  return text.slice(0, at) + member + separatorAt(text, at) + text.slice(at);
}

/** Where a token that is not there yet goes, and what must stand around it. */
interface TokenPlace extends Span {
  readonly before: string;
  readonly after: string;
}

function tokenPlace(message: WireMessage): TokenPlace | null {
  const { text, params } = message;
  if (params === null || !isObjectAt(text, params)) return null;
  const meta = message.param('_meta');
  if (meta === null)
    return insertion(text, params, { open: '"_meta":{"progressToken":', close: '}' });
  if (!isObjectAt(text, meta)) return null;
  return insertion(text, meta, { open: '"progressToken":', close: '' });
}

function insertion(
  text: string,
  object: Span,
  member: { open: string; close: string },
): TokenPlace {
  const at = object.start + 1;
  return {
    start: at,
    end: at,
    before: member.open,
    after: member.close + separatorAt(text, at),
  };
}

/** What a member put at `at`, just after a `{`, needs behind it. */
function separatorAt(text: string, at: number): string {
  return text[skipSpace(text, at)] === '}' ? '' : ',';
}

/** Both places get the same number; they never overlap. */
function withOwn(message: WireMessage, id: number, token: Span | TokenPlace | null): string {
  const { text, idSpan } = message;
  if (idSpan === null) return text;
  if (token === null) return replaced(text, idSpan, String(id));
  const ownToken = 'before' in token ? token.before + id + token.after : String(id);
  if (idSpan.start < token.start) {
    const between = text.slice(idSpan.end, token.start);
    return text.slice(0, idSpan.start) + id + between + ownToken + text.slice(token.end);
  }
  const between = text.slice(token.end, idSpan.start);
  return text.slice(0, token.start) + ownToken + between + id + text.slice(idSpan.end);
}
