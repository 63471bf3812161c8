import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { upstreamStarter } from '../../../src/broker/upstreamStarter.ts';
import type { ServerDefinition } from '../../../src/brokerApi/brokerProtocol.ts';
import { ProcessLedger } from '../../../src/brokerApi/processLedger.ts';
import { systemClock } from '../../../src/common/clock.ts';
import { silentLog } from '../../../src/common/log.ts';
import { EraMemory } from '../../../src/proxy/upstream/eras/eraMemory.ts';
import type { Opening } from '../../../src/proxy/upstream/opening.ts';
import { openServer } from '../../../src/proxy/upstream/openServer.ts';
import type { UpstreamChannel } from '../../../src/proxy/upstream/upstreamChannel.ts';
import { ChannelTransport } from '../../support/channelTransport.ts';
import { EVERYTHING } from '../../support/connectClient.ts';
import { RemoteEverything } from '../../support/remoteServer.ts';

const MODERN = '2026-07-28';
const fixture = (path: string) => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const CONFORMANCE = fixture('conformance/main.mjs');
const MODERN_SERVER = command(CONFORMANCE, 'stdio', '--no-tasks', '--era', 'modern');
const LEGACY_SERVER = command(EVERYTHING, 'stdio');
const LIMIT = { timeout: 30_000 };
const FORM_ANSWER = { action: 'accept' as const, content: { name: 'Ada', ok: true } };
const folder = mkdtempSync(join(tmpdir(), 'mth-ledger-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const ledger = new ProcessLedger(folder, 'eras-test');
const start = upstreamStarter({ broker: 'eras-test', ledger, log: silentLog, beforeExit() {} });

function command(...args: string[]): ServerDefinition {
  return { command: process.execPath, args, cwd: null, env: { PATH: process.env.PATH ?? '' } };
}

const remote = (url: string): ServerDefinition => ({ type: 'http', url, headers: {} });

/** The modern fixture as a remote server; it ends with its stdin. */
async function remoteModern(t: TestContext): Promise<ServerDefinition> {
  const args = [CONFORMANCE, 'http', '--no-tasks', '--era', 'modern'];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(async () => {
    const exit = once(child, 'exit');
    child.stdin.end();
    await exit;
  });
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return remote(String(url));
}

function open(definition: ServerDefinition, opening: Opening): Promise<UpstreamChannel> {
  const eras = new EraMemory();
  const [clock, log] = [systemClock, silentLog];
  return openServer({ start, definition, id: 'u1', route: 'r', opening, clock, log, eras });
}

/** The SDK's first major, which knows no other era than the legacy one. */
async function legacyClient(t: TestContext, server: ServerDefinition): Promise<LegacyClient> {
  const capabilities = { elicitation: {}, sampling: {}, roots: {} };
  const client = new LegacyClient({ name: 'v1', version: '1' }, { capabilities });
  client.setRequestHandler(ElicitRequestSchema, () => FORM_ANSWER);
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///a' }] }));
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'Paris' },
  }));
  t.after(() => client.close());
  await client.connect(new ChannelTransport(await open(server, { dialect: 'legacy' })));
  return client;
}

/** The SDK's second major, held to the modern era. */
async function modernClient(t: TestContext, server: ServerDefinition): Promise<ModernClient> {
  const capabilities = { elicitation: { form: {} } };
  const client = new ModernClient(
    { name: 'v2', version: '1' },
    { capabilities, versionNegotiation: { mode: { pin: MODERN } } },
  );
  t.after(() => client.close());
  client.setRequestHandler('elicitation/create', () => FORM_ANSWER);
  const opening = {
    dialect: 'modern' as const,
    protocolVersion: MODERN,
    clientInfoJson: '{"name":"v2","version":"1"}',
    capabilitiesJson: JSON.stringify(capabilities),
  };
  await client.connect(new ChannelTransport(await open(server, opening)));
  return client;
}

function textOf(result: unknown): string {
  const { content } = result as { content: { text?: string }[] };
  return content.map(({ text }) => text).join('\n');
}

suite('P12 an SDK client of 2025 and a real server of 2026', () => {
  test('share tools, prompts, resources, templates and completion', LIMIT, async (t) => {
    const client = await legacyClient(t, MODERN_SERVER);
    assert.equal(client.getServerVersion()?.name, 'conformance-fixture');
    const { tools } = await client.listTools();
    assert(tools.length > 10);
    const simple = await client.callTool({ name: 'test_simple_text' });
    assert.match(textOf(simple), /simple text response/);
    assert(!('resultType' in simple));
    const { prompts } = await client.listPrompts();
    assert(prompts.some(({ name }) => name === 'test_simple_prompt'));
    const { messages } = await client.getPrompt({
      name: 'test_prompt_with_arguments',
      arguments: { arg1: 'a', arg2: 'b' },
    });
    assert.match(JSON.stringify(messages), /arg1='a', arg2='b'/);
    const { contents } = await client.readResource({ uri: 'test://template/7/data' });
    assert.match(JSON.stringify(contents), /Data for ID: 7/);
    const { resourceTemplates } = await client.listResourceTemplates();
    assert.equal(resourceTemplates.length, 1);
    const ref = { type: 'ref/prompt' as const, name: 'test_simple_prompt' };
    const { completion } = await client.complete({ ref, argument: { name: 'a', value: '' } });
    assert.deepEqual(completion.values, []);
    await client.ping();
  });

  test('share progress, and errors by their codes', LIMIT, async (t) => {
    const client = await legacyClient(t, MODERN_SERVER);
    const told: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void told.push(progress);
    await client.callTool({ name: 'test_tool_with_progress' }, undefined, { onprogress });
    assert.deepEqual(told, [0, 50, 100]);
    await assert.rejects(client.callTool({ name: 'no such tool' }), { code: -32602 });
  });

  for (const [tool, says] of [
    ['elicitation', /Hello, Ada!/],
    ['sampling', /Paris/],
    ['list_roots', /Found 1 root/],
    ['request_state', /state-ok/],
    ['multiple_inputs', /./],
    ['multi_round', /./],
  ] as const) {
    test(`share questions: ${tool}`, LIMIT, async (t) => {
      const client = await legacyClient(t, MODERN_SERVER);
      const result = await client.callTool({ name: `test_input_required_result_${tool}` });
      assert.match(textOf(result), says);
      assert.notEqual(result.isError, true);
    });
  }

  test('share questions of a prompt', LIMIT, async (t) => {
    const client = await legacyClient(t, MODERN_SERVER);
    const { messages } = await client.getPrompt({ name: 'test_input_required_result_prompt' });
    assert.equal(messages.length > 0, true);
  });

  test('share questions and news over HTTP as well', LIMIT, async (t) => {
    const client = await legacyClient(t, await remoteModern(t));
    const changed = new Promise((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, resolve);
    });
    const name = 'test_input_required_result_elicitation';
    assert.match(textOf(await client.callTool({ name })), /Hello, Ada!/);
    await client.callTool({ name: 'test_trigger_tool_change' });
    await changed;
  });

  test('share the news that tools have changed, and of resources', LIMIT, async (t) => {
    const client = await legacyClient(t, MODERN_SERVER);
    const changed = new Promise((resolve) => {
      client.setNotificationHandler(ToolListChangedNotificationSchema, resolve);
    });
    await client.subscribeResource({ uri: 'test://watched-resource' });
    await client.callTool({ name: 'test_trigger_tool_change' });
    await changed;
    await client.unsubscribeResource({ uri: 'test://watched-resource' });
  });
});

suite('P12 an SDK client of 2026 and the real server-everything of 2025', () => {
  test('share tools, prompts, resources and completion', LIMIT, async (t) => {
    const client = await modernClient(t, LEGACY_SERVER);
    assert.equal(client.getProtocolEra(), 'modern');
    assert.equal(client.getServerVersion()?.name, 'mcp-servers/everything');
    const { tools } = await client.listTools();
    assert(tools.some(({ name }) => name === 'echo'));
    const echo = await client.callTool({ name: 'echo', arguments: { message: 'hi' } });
    assert.match(textOf(echo), /Echo: hi/);
    const { prompts } = await client.listPrompts();
    const { messages } = await client.getPrompt({ name: prompts[0]?.name ?? '' });
    assert(messages.length > 0);
    const { resources } = await client.listResources();
    const { contents } = await client.readResource({ uri: resources[0]?.uri ?? '' });
    assert.equal(contents.length, 1);
    assert((await client.listResourceTemplates()).resourceTemplates.length > 0);
  });

  test('share progress', LIMIT, async (t) => {
    const client = await modernClient(t, LEGACY_SERVER);
    const told: number[] = [];
    const call = {
      name: 'trigger-long-running-operation',
      arguments: { duration: 0.4, steps: 4 },
    };
    const onprogress = ({ progress }: { progress: number }) => void told.push(progress);
    assert.match(textOf(await client.callTool(call, { onprogress })), /completed/);
    assert.deepEqual(told, [1, 2, 3, 4]);
  });

  test('share questions: what the server elicits in the middle of a call', LIMIT, async (t) => {
    const client = await modernClient(t, LEGACY_SERVER);
    const result = await client.callTool({ name: 'trigger-elicitation-request', arguments: {} });
    assert.match(textOf(result), /Ada/);
  });

  test('share questions over HTTP as well', LIMIT, async (t) => {
    const { url } = await RemoteEverything.start(t, 'streamableHttp');
    const client = await modernClient(t, remote(url));
    const result = await client.callTool({ name: 'trigger-elicitation-request', arguments: {} });
    assert.match(textOf(result), /Ada/);
  });

  test('share the updates of a resource', LIMIT, async (t) => {
    const client = await modernClient(t, LEGACY_SERVER);
    const { resources } = await client.listResources();
    const uri = resources[0]?.uri ?? '';
    const updated = new Promise<string>((resolve) => {
      client.setNotificationHandler('notifications/resources/updated', ({ params }) =>
        resolve(params.uri),
      );
    });
    const subscription = await client.listen({
      toolsListChanged: true,
      resourceSubscriptions: [uri],
    });
    assert.deepEqual(subscription.honoredFilter.resourceSubscriptions, [uri]);
    await client.callTool({ name: 'toggle-subscriber-updates', arguments: {} });
    assert.equal(await updated, uri);
    await subscription.close();
  });

  test('a modern server is spoken to as it is', LIMIT, async (t) => {
    const client = await modernClient(t, MODERN_SERVER);
    const result = await client.callTool({ name: 'test_input_required_result_elicitation' });
    assert.match(textOf(result), /Hello, Ada!/);
  });
});
