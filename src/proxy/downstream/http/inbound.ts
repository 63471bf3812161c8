import { isJsonObject } from '../../../common/json.ts';
import { elementsOf } from '../../../common/jsonSpans.ts';
import { WireErrorCode } from '../../wire/jsonRpc.ts';
import {
  META_CLIENT_CAPABILITIES,
  META_CLIENT_INFO,
  META_PROTOCOL_VERSION,
  Method,
  MODERN_VERSION,
} from '../../wire/mcpNames.ts';
import { metaOf, readMessage, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import type { HttpRefusal } from './httpRefusal.ts';
import {
  contradictionOf,
  mismatch,
  missingHeaderOf,
  type StandardHeaders,
} from './modernHeaders.ts';

/** What a POST is: its era is told by the body, which every header must agree with. */
export type Inbound =
  | { readonly era: 'legacy'; readonly messages: readonly WireMessage[] }
  | ModernInbound
  | { readonly era: null; readonly refusal: HttpRefusal; readonly id: string };

/** A message of the modern era. */
export interface ModernInbound {
  readonly era: 'modern';
  readonly message: WireMessage;
  /** Tells clients apart; `null` for a notification that does not say. */
  readonly client: string | null;
}

/**
 * Reads a POST's body, which is JSON. A message that claims a version in its `_meta` is modern,
 * `initialize` and what claims nothing is legacy.
 */
export function readInbound(body: string, headers: StandardHeaders): Inbound {
  const message = readMessage(body);
  if (message === null) return readBatch(body, headers);
  if (!hasUsableId(message)) return refused(invalid('An id is a string or a number'), null);
  if (isClaimed(message)) {
    const refusal = envelopeFault(message) ?? versionFault(message, headers);
    return refusal === null ? modern(message) : refused(refusal, message);
  }
  return isModernVersion(headers.version)
    ? withoutClaim(message)
    : { era: 'legacy', messages: [message] };
}

/** Only a whole envelope makes `initialize` a modern (and unknown) method. */
function isClaimed(message: WireMessage): boolean {
  if (message.meta(META_PROTOCOL_VERSION) === null) return false;
  if (message.method !== Method.initialize) return true;
  const isModern = metaOf(message, META_PROTOCOL_VERSION) === MODERN_VERSION;
  return isModern && envelopeFault(message) === null;
}

/** Whether a version header speaks of an era without sessions. */
export function isModernVersion(version: string | undefined): boolean {
  return version !== undefined && /^\d{4}-\d\d-\d\d$/.test(version) && version >= MODERN_VERSION;
}

/** Batches exist in one legacy revision (2025-03-26). */
function readBatch(body: string, headers: StandardHeaders): Inbound {
  const members = elementsOf(body);
  if (members === null) {
    return refused(invalid('It is no message'), null);
  }
  const messages = members.map((member) => readMessage(sliceOf(body, member)));
  const isLegacy = messages.every(
    (message): message is WireMessage =>
      message !== null && hasUsableId(message) && message.meta(META_PROTOCOL_VERSION) === null,
  );
  if (!isLegacy || messages.length === 0 || isModernVersion(headers.version)) {
    return refused(invalid('A batch is not empty, and of messages of an older revision'), null);
  }
  return { era: 'legacy', messages };
}

function modern(message: WireMessage): Inbound {
  const client = [META_PROTOCOL_VERSION, META_CLIENT_INFO, META_CLIENT_CAPABILITIES].map((key) => {
    const span = message.meta(key);
    return span === null ? '' : sliceOf(message.text, span);
  });
  return { era: 'modern', message, client: client.join('\n') };
}

/** The header speaks of the modern era, the body does not. */
function withoutClaim(message: WireMessage): Inbound {
  if (message.kind === 'notification') return { era: 'modern', message, client: null };
  if (message.kind === 'response') {
    return refused(invalid('This revision has no requests of servers to answer'), null);
  }
  return message.method === Method.initialize
    ? refused(mismatch('initialize belongs to older revisions'), message)
    : refused(envelopeFault(message) ?? envelopeRefusal(META_PROTOCOL_VERSION), message);
}

/** `_meta` must say version and capabilities; who the client is, it should. */
function envelopeFault(message: WireMessage): HttpRefusal | null {
  if (typeof metaOf(message, META_PROTOCOL_VERSION) !== 'string') {
    return envelopeRefusal(META_PROTOCOL_VERSION);
  }
  if (message.kind === 'notification') return null;
  if (!isJsonObject(metaOf(message, META_CLIENT_CAPABILITIES)))
    return envelopeRefusal(META_CLIENT_CAPABILITIES);
  const client = metaOf(message, META_CLIENT_INFO);
  if (client === undefined) return null;
  const isClient =
    isJsonObject(client) && typeof client.name === 'string' && typeof client.version === 'string';
  return isClient ? null : envelopeRefusal(META_CLIENT_INFO);
}

function versionFault(message: WireMessage, headers: StandardHeaders): HttpRefusal | null {
  const claimed = String(metaOf(message, META_PROTOCOL_VERSION));
  const contradiction = contradictionOf(message, headers, claimed);
  if (contradiction !== null) return contradiction;
  if (claimed !== MODERN_VERSION) return unsupported(claimed);
  return message.kind === 'request' ? missingHeaderOf(message, headers) : null;
}

function unsupported(requested: string): HttpRefusal {
  return {
    status: 400,
    code: WireErrorCode.unsupportedVersion,
    message: `Protocol version ${requested} is not supported in this form.`,
    data: { supported: [MODERN_VERSION], requested },
  };
}

function envelopeRefusal(key: string): HttpRefusal {
  const message = `The request's _meta has no usable ${key}.`;
  return { status: 400, code: WireErrorCode.invalidParams, message };
}

function invalid(why: string): HttpRefusal {
  const message = `This is not a JSON-RPC message that can be served here. ${why}.`;
  return { status: 400, code: WireErrorCode.invalidRequest, message };
}

function refused(refusal: HttpRefusal, message: WireMessage | null): Inbound {
  return { era: null, refusal, id: message?.id ?? 'null' };
}

/** Whoever asks under `null` or an object could not be answered. */
function hasUsableId(message: WireMessage): boolean {
  return message.id === null || /^["\d-]/.test(message.id);
}
