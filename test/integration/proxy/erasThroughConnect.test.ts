import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import {
  type CallToolResult,
  ElicitRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import {
  CLI,
  closeWithHome,
  connectClient,
  EVERYTHING,
  progressOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';

const FIXTURE = fileURLToPath(new URL('../../fixtures/conformance/main.mjs', import.meta.url));
const MODERN_SERVER = [process.execPath, FIXTURE, 'stdio', '--no-tasks', '--era', 'modern'];
const TASK_SERVER = [process.execPath, FIXTURE, 'stdio', '--era', 'modern'];
const LEGACY_SERVER = [process.execPath, EVERYTHING, 'stdio'];
const ANSWER = { action: 'accept' as const, content: { name: 'Ada' } };

async function legacyClient(t: TestContext, server = MODERN_SERVER): Promise<LegacyClient> {
  const home = temporaryHome(t);
  const capabilities = { elicitation: {} };
  const flags = ['--policy', 'never'];
  const { client } = await connectClient({ home, server, capabilities, flags });
  client.setRequestHandler(ElicitRequestSchema, () => ANSWER);
  return client;
}

async function modernClient(t: TestContext): Promise<ModernClient> {
  const home = temporaryHome(t);
  const flags = ['--route', 'e', '--home', home, '--policy', 'never'];
  const args = [CLI, 'connect', ...flags, '--', ...LEGACY_SERVER];
  const client = new ModernClient(
    { name: 'modern', version: '1' },
    {
      versionNegotiation: { mode: { pin: '2026-07-28' } },
      capabilities: { elicitation: { form: {} } },
    },
  );
  closeWithHome(home, client);
  client.setRequestHandler('elicitation/create', () => ANSWER);
  const transport = new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' });
  await client.connect(transport);
  return client;
}

suite('P12 eras that meet through connect and the broker', () => {
  test('a modern server’s questions reach a legacy client, the news as well', async (t) => {
    const client = await legacyClient(t);
    const changed = new Promise((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, resolve);
    });
    const name = 'test_input_required_result_elicitation';
    assert.equal(textOf((await client.callTool({ name })) as CallToolResult), 'Hello, Ada!');
    await client.callTool({ name: 'test_trigger_tool_change' });
    await changed;
    await client.subscribeResource({ uri: 'test://watched-resource' });
    const { messages } = await client.getPrompt({ name: 'test_simple_prompt' });
    assert.equal(messages.length, 1);
  });

  test('a legacy server’s questions reach a modern client, the news as well', async (t) => {
    const client = await modernClient(t);
    const call = { name: 'trigger-elicitation-request', arguments: {} };
    assert.match(JSON.stringify(await client.callTool(call)), /Ada/);
    const [first] = (await client.listResources()).resources;
    const uri = first?.uri ?? '';
    const updated = new Promise<string>((resolve) => {
      client.setNotificationHandler('notifications/resources/updated', ({ params }) =>
        resolve(params.uri),
      );
    });
    const subscription = await client.listen({ resourceSubscriptions: [uri] });
    await client.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
    assert.equal(await updated, uri);
    await subscription.close();
  });

  test('what a modern server’s own task asks reaches a legacy client (U3)', async (t) => {
    const client = await legacyClient(t, TASK_SERVER);
    for (const name of ['test_tool_with_task', 'multi_input']) {
      const result = await client.callTool({ name });
      assert.match(JSON.stringify(result.content), /Ada/);
    }
  });

  test('what a legacy server’s own task asks reaches a modern client (U1)', async (t) => {
    const client = await modernClient(t);
    const asked: string[] = [];
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params.message);
      return { action: 'accept', content: { interpretation: 'technical' } };
    });
    const args = { topic: 'python', ambiguous: true };
    const result = await client.callTool({ name: 'simulate-research-query', arguments: args });
    assert.equal(asked.length, 1);
    assert.match(JSON.stringify(result.content), /python/);
  });

  test('progress passes between both', async (t) => {
    const onprogress = () => {};
    const legacy = await legacyClient(t);
    const ofModern = progressOf(legacy.transport ?? assert.fail('it is connected'));
    await legacy.callTool({ name: 'test_tool_with_progress' }, undefined, { onprogress });
    assert.deepEqual([...ofModern.values()], [[0, 50, 100]]);
    const modern = await modernClient(t);
    const ofLegacy = progressOf(modern.transport ?? assert.fail('it is connected'));
    const args = { duration: 0.4, steps: 4 };
    const call = { name: 'trigger-long-running-operation', arguments: args };
    await modern.callTool(call, { onprogress });
    assert.deepEqual([...ofLegacy.values()], [[1, 2, 3, 4]]);
  });
});
