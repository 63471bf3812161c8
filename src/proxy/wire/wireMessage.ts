import { type Envelope, readEnvelope } from '../../common/envelope.ts';
import { isJsonObject, parseJson } from '../../common/json.ts';
import {
  isObjectAt,
  isStringAt,
  memberOf,
  type Span,
  skipSpace,
  stringAt,
} from '../../common/jsonSpans.ts';
import { findParams, type ParamPlaces } from './paramPlaces.ts';

/**
 * One JSON-RPC message as it came, with the places of what a proxy must know. Values are parsed
 * only when asked for; `params` is looked into once, when somebody asks first.
 */
export class WireMessage {
  /** The id as JSON text (`7`, `"a"`); `null` for notifications. */
  readonly id: string | null;
  #places: ParamPlaces | null = null;

  constructor(
    readonly text: string,
    private readonly envelope: Envelope,
  ) {
    this.id = envelope.id === null ? null : sliceOf(text, envelope.id);
  }

  get kind(): Envelope['kind'] {
    return this.envelope.kind;
  }

  /** Empty for a response. */
  get method(): string {
    return this.envelope.method;
  }

  get idSpan(): Span | null {
    return this.envelope.id;
  }

  get params(): Span | null {
    return this.envelope.params;
  }

  get result(): Span | null {
    return this.envelope.result;
  }

  get error(): Span | null {
    return this.envelope.error;
  }

  /** The place of one member of `params`. */
  param(key: keyof ParamPlaces): Span | null {
    this.#places ??= findParams(this.text, this.params);
    return this.#places[key];
  }

  /** The place of one member of `params._meta`. */
  meta(key: string): Span | null {
    const meta = this.param('_meta');
    return meta === null ? null : memberOf(this.text, meta, key);
  }
}

/** Reads a line as a message; `null` if it is not one. Arrays (batches) are not messages. */
export function readMessage(text: string): WireMessage | null {
  const envelope = readEnvelope(text);
  return envelope === null ? null : new WireMessage(text, envelope);
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
export function paramOf(message: WireMessage, key: keyof ParamPlaces): unknown {
  return parsedSpan(message, message.param(key));
}

/** One member of `params` that is a string; `null` when it is something else, or absent. */
export function stringParamOf(message: WireMessage, key: keyof ParamPlaces): string | null {
  const span = message.param(key);
  return span !== null && isStringAt(message.text, span) ? stringAt(message.text, span) : null;
}

/** The parsed value of one member of `params._meta`; `undefined` when absent. */
export function metaOf(message: WireMessage, key: string): unknown {
  return parsedSpan(message, message.meta(key));
}

/** The code of an error response; `undefined` where there is none. */
export function errorCodeOf(message: WireMessage): unknown {
  const error = parsedSpan(message, message.error);
  return isJsonObject(error) ? error.code : undefined;
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
