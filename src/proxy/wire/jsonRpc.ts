/** JSON-RPC and MCP error codes: numbers, for the wire only. */
export const WireErrorCode = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** Of 2026-07-28, as those below: only a modern server knows them. */
  headerMismatch: -32020,
  /** With `data.requiredCapabilities`. */
  missingCapability: -32021,
  /** With `data.supported`. */
  unsupportedVersion: -32022,
} as const;

/** Ends a request of ours with this error on the wire. */
export class WireError extends Error {
  override readonly name = 'WireError';

  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** A response line. `id` is JSON text, taken from the request as it came. */
export function resultLine(id: string, result: unknown): string {
  return resultTextLine(id, JSON.stringify(result));
}

/** A response line with a result (JSON text) that stays as it is. */
export function resultTextLine(id: string, resultText: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${resultText}}`;
}

/** An error line. `code` is a wire code; local codes go into `data.code`. */
export function errorLine(id: string, code: number, message: string, data?: unknown): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify({ code, message, data })}}`;
}

/** In an error's `data.code`: the server knows nothing of the work, so its outcome is unknown. */
export const LOST = 'lost';

/** The answer to a call whose work nobody knows any more. */
export function lostLine(id: string, message: string): string {
  return errorLine(id, WireErrorCode.internalError, message, { code: LOST });
}

/** A request line under a number of ours. */
export function requestLine(id: number, method: string, paramsText: string): string {
  return `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)},"params":${paramsText}}`;
}

/** A notification line. */
export function notificationLine(method: string, params?: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}
