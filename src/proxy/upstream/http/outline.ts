import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject, parseJson } from '../../../common/json.ts';
import { isObjectAt, MemberCursor } from '../../../common/jsonSpans.ts';
import { Method } from '../../wire/mcpNames.ts';
import { parsedSpan, type WireMessage } from '../../wire/wireMessage.ts';

/** What headers are made of (2026-07-28, `Mcp-Name` and the envelope). */
const TELLING = ['_meta', 'name', 'uri', 'taskId'] as const;

/**
 * What the transport must see of a message to write its headers. The line itself is what is sent
 * (`httpWire.ts`): large arguments are never parsed, and arrive byte for byte.
 */
export function outlineOf(message: WireMessage): JSONRPCMessage {
  return outline(message) as unknown as JSONRPCMessage;
}

function outline(message: WireMessage): JsonObject {
  const { method } = message;
  const id = message.id === null ? {} : { id: parseJson(message.id) };
  if (message.kind === 'response') return { jsonrpc: '2.0', ...id, result: {} };
  // The transport looks whether it is a valid one.
  const params =
    method === Method.initialize ? parsedSpan(message, message.params) : tellingParams(message);
  return { jsonrpc: '2.0', ...id, method, ...(isJsonObject(params) && { params }) };
}

function tellingParams(message: WireMessage): JsonObject {
  const { text, params } = message;
  const found: JsonObject = {};
  if (params === null || !isObjectAt(text, params)) return found;
  const cursor = new MemberCursor(text, params.start);
  while (cursor.next()) {
    const key = TELLING.find((name) => cursor.isKey(name));
    const value = key === undefined ? undefined : parsedSpan(message, cursor.value);
    if (key !== undefined && value !== undefined) found[key] = value;
  }
  return found;
}
