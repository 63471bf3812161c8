import type { JsonRpcResponse, RawClientDispatch } from '@modelcontextprotocol/ext-tasks/client';
import { isJsonObject } from '../../src/common/json.ts';

/** The part of an SDK transport that carries messages. */
interface MessageTransport {
  onmessage?: unknown;
  send(message: never): Promise<void>;
}

/**
 * Requests past an SDK's client, which refuses results that are tasks: their answers are taken from
 * the transport before the client sees them. To be called before the client connects.
 */
export function rawDispatch(transport: MessageTransport): RawClientDispatch {
  const pending = new Map<unknown, (response: JsonRpcResponse) => void>();
  let listener: ((message: unknown, extra?: unknown) => void) | undefined;
  let lastId = 0;
  const receive = (message: unknown, extra?: unknown) => {
    const { id, result, error } = isJsonObject(message) ? message : {};
    const settle = result === undefined && error === undefined ? undefined : pending.get(id);
    if (settle === undefined) return listener?.(message, extra);
    pending.delete(id);
    settle((error ? { kind: 'error', error } : { kind: 'result', result }) as JsonRpcResponse);
  };
  Object.defineProperty(transport, 'onmessage', {
    get: () => (listener === undefined ? undefined : receive),
    set: (value) => {
      listener = value;
    },
  });
  return async (request) => {
    lastId += 1;
    const id = `raw:${lastId}`;
    const answer = new Promise<JsonRpcResponse>((resolve) => pending.set(id, resolve));
    await transport.send({ jsonrpc: '2.0', ...(request as object), id } as never);
    return await answer;
  };
}
