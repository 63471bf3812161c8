import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { CLI, closeWithHome } from './connectClient.ts';

/** A client of 2026-07-28 without the tasks extension, in front of `connect`. */
export async function modernClient(home: string, ...flags: string[]): Promise<Client> {
  const args = [CLI, 'connect', '--route', 'e', '--home', home, ...flags];
  const client = new Client(
    { name: 'modern', version: '1' },
    {
      versionNegotiation: { mode: { pin: '2026-07-28' } },
      capabilities: { elicitation: { form: {} } },
    },
  );
  closeWithHome(home, client);
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  return client;
}

export async function callModern(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<CallToolResult> {
  return (await client.callTool({ name, arguments: args })) as CallToolResult;
}
