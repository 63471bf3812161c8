import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { isJsonObject, type JsonObject } from '../../../src/common/json.ts';
import type { OpenChannel } from './recordingHost.ts';

/** A server at an address, reached by the messages of an SDK's transport, past its client. */
export function overHttp(url: string, headers: Record<string, string> = {}): OpenChannel {
  return async (onMessage) => {
    const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
    transport.onmessage = (message) => {
      const received = message as unknown as JsonObject;
      const { result } = received;
      if (isJsonObject(result) && typeof result.protocolVersion === 'string') {
        transport.setProtocolVersion(result.protocolVersion);
      }
      onMessage(received);
    };
    transport.onerror = () => {};
    await transport.start();
    return {
      send: async (message) => await transport.send(message as unknown as JSONRPCMessage),
      close: async () => await transport.close(),
    };
  };
}
