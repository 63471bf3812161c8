import { isJsonObject, parseJson } from '../../common/json.ts';
import { isStringAt } from '../../common/jsonSpans.ts';
import {
  META_CLIENT_CAPABILITIES,
  META_CLIENT_INFO,
  META_PROTOCOL_VERSION,
  TASKS_EXTENSION,
} from './mcpNames.ts';
import { metaOf, sliceOf, type WireMessage } from './wireMessage.ts';

/** What a modern request says of its client (2026-07-28, `params._meta`). */
export interface RequestEnvelope {
  readonly protocolVersion: string;
  /** JSON text; `{}` where the client names none. */
  readonly clientInfoJson: string;
  readonly capabilitiesJson: string;
}

/** Whether a request comes from the era without `initialize`: decided from the wire. */
export function isModern(message: WireMessage): boolean {
  const version = message.meta(META_PROTOCOL_VERSION);
  return version !== null && isStringAt(message.text, version);
}

/** The envelope of a modern request; `null` of a legacy one. */
export function envelopeOf(message: WireMessage): RequestEnvelope | null {
  const version = metaOf(message, META_PROTOCOL_VERSION);
  if (typeof version !== 'string') return null;
  const textOf = (key: string) => {
    const span = message.meta(key);
    return span === null ? '{}' : sliceOf(message.text, span);
  };
  return {
    protocolVersion: version,
    clientInfoJson: textOf(META_CLIENT_INFO),
    capabilitiesJson: textOf(META_CLIENT_CAPABILITIES),
  };
}

/** Whether the client of a modern request takes tasks of the extension (D3). */
export function takesTasks(message: WireMessage): boolean {
  const span = message.meta(META_CLIENT_CAPABILITIES);
  // Most name none: the text tells before anything is parsed.
  if (span === null || !sliceOf(message.text, span).includes(TASKS_EXTENSION)) return false;
  const capabilities = parseJson(sliceOf(message.text, span));
  if (!isJsonObject(capabilities) || !isJsonObject(capabilities.extensions)) return false;
  return isJsonObject(capabilities.extensions[TASKS_EXTENSION]);
}
