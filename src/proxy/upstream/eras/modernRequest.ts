import { isJsonObject } from '../../../common/json.ts';
import { isObjectAt, isStringAt, memberOf, type Span } from '../../../common/jsonSpans.ts';
import { errorLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import {
  META_CLIENT_CAPABILITIES,
  META_CLIENT_INFO,
  META_PROTOCOL_VERSION,
  MODERN_VERSION,
} from '../../wire/mcpNames.ts';
import {
  metaOf,
  parsedSpan,
  readMessage,
  sliceOf,
  type WireMessage,
} from '../../wire/wireMessage.ts';
import { META_LOG_LEVEL } from './eraNames.ts';
import { stringMember, withoutMembers, withoutMetaMembers } from './splices.ts';

const ENVELOPE = [
  META_PROTOCOL_VERSION,
  META_CLIENT_INFO,
  META_CLIENT_CAPABILITIES,
  META_LOG_LEVEL,
] as const;
const RETRY = ['inputResponses', 'requestState'] as const;

/** What is wrong with a request's envelope, as the answer under this id; `null` if nothing is. */
export function envelopeFault(message: WireMessage, id: string): string | null {
  const version = message.meta(META_PROTOCOL_VERSION);
  const capabilities = message.meta(META_CLIENT_CAPABILITIES);
  if (version === null || !isStringAt(message.text, version)) {
    return incomplete(id, META_PROTOCOL_VERSION);
  }
  if (capabilities === null || !isObjectAt(message.text, capabilities)) {
    return incomplete(id, META_CLIENT_CAPABILITIES);
  }
  const requested = metaOf(message, META_PROTOCOL_VERSION);
  if (requested === MODERN_VERSION) return null;
  const why = `Protocol version ${String(requested)} is not supported; use ${MODERN_VERSION}.`;
  const data = { supported: [MODERN_VERSION], requested };
  return errorLine(id, WireErrorCode.unsupportedVersion, why, data);
}

function incomplete(id: string, key: string): string {
  const why = `Every request needs \`_meta["${key}"]\` (${MODERN_VERSION}).`;
  return errorLine(id, WireErrorCode.invalidParams, why);
}

/** The text of one member of the envelope; `fallback` if it is not there. */
export function envelopeText<T>(message: WireMessage, key: string, fallback: T): string | T {
  const span = message.meta(key);
  return span === null ? fallback : sliceOf(message.text, span);
}

/** The request as a legacy server knows it, its progress token kept. */
export function withoutEnvelope(message: WireMessage): string {
  return withoutMetaMembers(message, ENVELOPE);
}

/** The same, of a request that may bring answers which belong to nothing any more. */
export function withoutRetry(message: WireMessage): WireMessage {
  if (message.params === null) return message;
  const text = withoutMembers(message.text, message.params, RETRY);
  return text === message.text ? message : (readMessage(text) ?? message);
}

/** The `requestState` that a retry brings; `null` if none. */
export function requestStateOf(request: WireMessage): string | null {
  return request.params && stringMember(request.text, request.params, 'requestState');
}

/** The `inputResponses` that a retry brings. */
export function responsesOf(request: WireMessage): Span | null {
  return request.params && memberOf(request.text, request.params, 'inputResponses');
}

/** What is wrong with the answers that a request brings; `null` if nothing is. */
export function responsesFault(request: WireMessage): string | null {
  const place = responsesOf(request);
  const responses = parsedSpan(request, place);
  const isSound =
    place === null || (isJsonObject(responses) && Object.values(responses).every(isJsonObject));
  return isSound ? null : '`inputResponses` must be an object of objects.';
}
