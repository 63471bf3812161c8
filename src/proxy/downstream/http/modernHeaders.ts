import type { IncomingHttpHeaders } from 'node:http';
import { memberOf, stringAt } from '../../../common/jsonSpans.ts';
import { WireErrorCode } from '../../wire/jsonRpc.ts';
import { Method } from '../../wire/mcpNames.ts';
import {
  argumentAt,
  decodedHeader,
  isHeaderFor,
  type KnownParamHeaders,
} from '../../wire/paramHeaders.ts';
import { paramOf, sliceOf, stringParamOf, type WireMessage } from '../../wire/wireMessage.ts';
import type { HttpRefusal } from './httpRefusal.ts';

/** The headers that repeat what stands in the body (2026-07-28, SEP-2243). */
export interface StandardHeaders {
  readonly version: string | undefined;
  readonly method: string | undefined;
  readonly name: string | undefined;
}

/** What `Mcp-Name` repeats, by method. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/** Headers that contradict the body, whatever else the message lacks. */
export function contradictionOf(
  message: WireMessage,
  headers: StandardHeaders,
  claimed: string,
): HttpRefusal | null {
  const { version, method } = headers;
  if (version !== undefined && version !== claimed) {
    return mismatch(`MCP-Protocol-Version is ${version}, but the body says ${claimed}`);
  }
  if (method !== undefined && method !== message.method) {
    return mismatch(`Mcp-Method is ${method}, but the body says ${message.method}`);
  }
  return null;
}

/** A request's headers that are missing, or name something else than the body. */
export function missingHeaderOf(
  message: WireMessage,
  headers: StandardHeaders,
): HttpRefusal | null {
  if (headers.version === undefined) return mismatch('MCP-Protocol-Version is missing');
  if (headers.method === undefined) return mismatch('Mcp-Method is missing');
  const expected = nameIn(message);
  if (expected === null) return null;
  if (headers.name === undefined) return mismatch('Mcp-Name is missing');
  const given = decodedHeader(headers.name);
  if (given === expected) return null;
  return mismatch(`Mcp-Name is ${headers.name}, but the body says ${JSON.stringify(expected)}`);
}

/** Arguments that their tool wants repeated in headers, where these say something else. */
export function argumentMismatchOf(
  message: WireMessage,
  headers: IncomingHttpHeaders,
  known: KnownParamHeaders,
): HttpRefusal | null {
  if (message.method !== Method.toolsCall) return null;
  const wanted = known.of(stringParamOf(message, 'name'));
  if (wanted.length === 0) return null;
  const args = paramOf(message, 'arguments');
  const wrong = wanted.find(
    ({ path, header }) => !isHeaderFor(argumentAt(args, path), headers[header]?.toString()),
  );
  return wrong === undefined
    ? null
    : mismatch(`${wrong.header} does not say what the argument ${wrong.path.join('.')} says`);
}

/** The refusal for headers and body that disagree. */
export function mismatch(what: string): HttpRefusal {
  const message = `The request's headers and body disagree: ${what}.`;
  return { status: 400, code: WireErrorCode.headerMismatch, message };
}

function nameIn(message: WireMessage): string | null {
  const key = Object.hasOwn(NAMED_BY, message.method) ? NAMED_BY[message.method] : undefined;
  if (key === undefined || message.params === null) return null;
  const span = memberOf(message.text, message.params, key);
  return span !== null && sliceOf(message.text, span).startsWith('"')
    ? stringAt(message.text, span)
    : null;
}
