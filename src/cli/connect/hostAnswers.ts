import { idText, type RequestId } from './hostMessage.ts';

/** JSON-RPC's own codes: the only numbers that `connect` puts on the wire. */
export const RpcCode = { parse: -32700, invalid: -32600, internal: -32603 } as const;

export interface RpcFailure {
  readonly code: number;
  readonly message: string;
  /** For programs: a local code in `data.code`. */
  readonly localCode?: string;
}

/** The line that answers a request with an error. */
export function errorLine(id: RequestId | null, failure: RpcFailure): string {
  const { code, message, localCode } = failure;
  const data = localCode === undefined ? {} : { data: { code: localCode } };
  const error = JSON.stringify({ code, message, ...data });
  return `{"jsonrpc":"2.0","id":${id === null ? 'null' : idText(id)},"error":${error}}`;
}

/** Takes back a question that the upstream had put to the host. */
export function cancelledLine(requestId: RequestId, reason: string): string {
  const params = `{"requestId":${idText(requestId)},"reason":${JSON.stringify(reason)}}`;
  return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`;
}

export const LINK_LOST: RpcFailure = {
  code: RpcCode.internal,
  message:
    'MCP Task Handles lost its broker during this call, so the outcome is unknown: check what was done (task_poll without a handle lists the tasks) before you call again.',
  localCode: 'link_lost',
};

export const TOO_DEEP: RpcFailure = {
  code: RpcCode.invalid,
  message: 'This message is nested too deeply; it was refused.',
  localCode: 'invalid_message',
};
