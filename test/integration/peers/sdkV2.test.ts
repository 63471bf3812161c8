import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { CallToolResult, Client } from '@modelcontextprotocol/client';
import {
  EVERYTHING_STDIO,
  everythingOverHttp,
  MODERN_PLAIN,
  MODERN_TASKS,
  sdk2Peer,
  type Target,
} from './peerStage.ts';

/** A server with a tool that takes a second, and one that takes a minute. */
interface Server {
  readonly target: (t: TestContext) => Target | Promise<Target>;
  readonly short: Call;
  readonly long: Call;
  readonly result: RegExp;
}

interface Call {
  readonly name: string;
  readonly arguments: Record<string, unknown>;
}

const everything = (target: Server['target']): Server => ({
  target,
  short: { name: 'trigger-long-running-operation', arguments: { duration: 1, steps: 2 } },
  long: { name: 'trigger-long-running-operation', arguments: { duration: 60 } },
  result: /Long running operation completed/,
});
const modern = (target: Target): Server => ({
  target: () => target,
  short: { name: 'slow_compute', arguments: { seconds: 1, label: 'it' } },
  long: { name: 'slow_compute', arguments: { seconds: 60, label: 'it' } },
  result: /computed it/,
});

const SERVERS: Record<string, Server> = {
  'server-everything over stdio': everything(() => EVERYTHING_STDIO),
  'server-everything over HTTP': everything(everythingOverHttp),
  'a modern server without tasks': modern(MODERN_PLAIN),
  'a modern server with tasks': modern(MODERN_TASKS),
};

async function callTool(client: Client, call: Call): Promise<CallToolResult> {
  return (await client.callTool(call)) as CallToolResult;
}

function handleIn({ structuredContent }: CallToolResult): string {
  const handle = (structuredContent as { handle?: unknown } | undefined)?.handle;
  assert.match(String(handle), /^th_/);
  return String(handle);
}

for (const [name, { target, short, long, result }] of Object.entries(SERVERS)) {
  for (const era of ['legacy', 'modern'] as const) {
    suite(`SDK v2, ${era}, before ${name}`, () => {
      test('a call returns a handle, a poll its result; a revoked one stays revoked', async (t) => {
        const flags = ['--policy', 'always'];
        const client = await sdk2Peer(t, era, { target: await target(t), flags });
        await client.listTools();
        const handle = handleIn(await callTool(client, short));
        const polled = await callTool(client, { name: 'task_poll', arguments: { handle } });
        assert.match(JSON.stringify(polled.content), result);
        const other = handleIn(await callTool(client, long));
        const args = { handle: other, action: 'revoke' };
        await callTool(client, { name: 'task_control', arguments: args });
        const after = await callTool(client, { name: 'task_poll', arguments: { handle: other } });
        const told = after._meta?.['mcp-task-handles/task'] as { status?: string } | undefined;
        assert.equal(told?.status, 'cancelled');
      });
    });
  }
}
