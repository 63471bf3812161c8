import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { JsonObject } from '../../../src/common/json.ts';
import { cliJson } from '../../support/cliProcess.ts';
import {
  callTool,
  connectClient,
  EVERYTHING,
  handleOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { ModernLines } from '../../support/modernLines.ts';

const CONFORMANCE = fileURLToPath(new URL('../../fixtures/conformance/main.mjs', import.meta.url));
const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const AT_ONCE = ['--policy', 'always'];
const ALONE = ['--isolation', 'perCall'];

interface Upstream {
  readonly name: string;
  readonly server: readonly string[];
  readonly tool: string;
  readonly arguments: Record<string, unknown>;
  /** Of `connect`. */
  readonly flags?: readonly string[];
  readonly says: RegExp;
}

/** One server of each kind, with a call that takes a while. */
const UPSTREAMS: readonly Upstream[] = [
  {
    name: 'U0 legacy without tasks',
    server: [process.execPath, EVERYTHING, 'stdio'],
    tool: 'trigger-long-running-operation',
    arguments: { duration: 1, steps: 2 },
    says: /Long running operation completed/,
  },
  {
    name: 'U1 legacy with tasks',
    server: [process.execPath, EVERYTHING, 'stdio'],
    tool: 'simulate-research-query',
    arguments: { topic: 'owls' },
    says: /owls/,
  },
  {
    name: 'U2 modern without the extension',
    server: [process.execPath, CONFORMANCE, 'stdio', '--no-tasks', '--era', 'modern'],
    tool: 'slow_compute',
    arguments: { seconds: 1, label: 'x' },
    says: /computed x/,
  },
  {
    name: 'U3 modern with the extension',
    server: [process.execPath, CONFORMANCE, 'stdio', '--era', 'modern'],
    tool: 'slow_compute',
    arguments: { seconds: 1, label: 'y' },
    says: /computed y/,
  },
];

/** What a client of each kind does to get the result; the handle is ours in each. */
interface Got {
  readonly handle: string;
  readonly result: CallToolResult;
}

type Downstream = (home: string, upstream: Upstream) => Promise<Got>;

const DOWNSTREAMS: Readonly<Record<string, Downstream>> = {
  'D0 legacy': async (home, { server, tool, arguments: args, flags = [] }) => {
    const host = await connectClient({ home, server, flags: [...AT_ONCE, ...flags] });
    const handle = handleOf(await callTool(host, tool, args));
    return { handle, result: await callTool(host, 'task_poll', { handle }) };
  },
  'D1 legacy with tasks': async (home, { server, tool, arguments: args, flags = [] }) => {
    const all = [...AT_ONCE, '--native-tasks', 'optional', ...flags];
    const { client } = await connectClient({ home, server, flags: all });
    await client.listTools();
    let handle = '';
    const call = { name: tool, arguments: args };
    for await (const message of client.experimental.tasks.callToolStream(
      call,
      CallToolResultSchema,
    )) {
      if (message.type === 'taskCreated') handle = message.task.taskId;
      if (message.type === 'error') throw message.error;
      if (message.type === 'result') return { handle, result: message.result as CallToolResult };
    }
    throw new Error('the stream ended without a result');
  },
  'D2 modern': async (home, { server, tool, arguments: args, flags = [] }) => {
    const client = new ModernLines({ home, server, flags: [...AT_ONCE, ...flags] });
    const handed = await client.request('tools/call', { name: tool, arguments: args });
    assert.equal(handed.resultType, 'complete');
    const handle = handleOf(handed as unknown as CallToolResult);
    const poll = { name: 'task_poll', arguments: { handle } };
    return { handle, result: asResult(await client.request('tools/call', poll)) };
  },
  'D3 modern with tasks': async (home, { server, tool, arguments: args, flags = [] }) => {
    const client = new ModernLines({
      home,
      server,
      flags: [...AT_ONCE, ...flags],
      capabilities: TASKS,
    });
    const task = await client.request('tools/call', { name: tool, arguments: args });
    assert.equal(task.resultType, 'task');
    const handle = String(task.taskId);
    const ended = await untilEnded(client, handle);
    assert.equal(ended.status, 'completed');
    return { handle, result: asResult(ended.result as JsonObject) };
  },
};

async function untilEnded(client: ModernLines, taskId: string): Promise<JsonObject> {
  for (;;) {
    const task = await client.request('tasks/get', { taskId });
    if (task.status !== 'working') return task;
    // As a client is told to: at the task's own interval, but sooner for the sake of the test.
    await pause(100);
  }
}

function asResult(result: JsonObject): CallToolResult {
  assert.equal(result.resultType, 'complete', 'a result of 2026-07-28 says what it is');
  return result as unknown as CallToolResult;
}

async function meets(t: TestContext, downstream: Downstream, upstream: Upstream): Promise<void> {
  const home = temporaryHome(t);
  const { handle, result } = await downstream(home, upstream);
  assert.match(handle, /^th_[a-z2-7]{26}$/);
  assert.match(textOf(result), upstream.says);
  const [task, ...more] = (await cliJson(['list', '--all', '--home', home])) as {
    handle: string;
    status: string;
  }[];
  assert.deepEqual([task?.handle, task?.status, more], [handle, 'completed', []]);
}

suite('P12 every kind of client meets every kind of server', () => {
  for (const [name, downstream] of Object.entries(DOWNSTREAMS)) {
    for (const upstream of UPSTREAMS) {
      test(`${name} gets a handle and the result from ${upstream.name}`, (t) =>
        meets(t, downstream, upstream));
    }
  }
});

suite('P12 a call with a process of its own crosses the eras as well', () => {
  for (const [index, [name, downstream]] of Object.entries(DOWNSTREAMS).entries()) {
    const upstream = UPSTREAMS[UPSTREAMS.length - 1 - index] ?? assert.fail('no upstream');
    test(`${name} gets a handle and the result from ${upstream.name}`, (t) =>
      meets(t, downstream, { ...upstream, flags: ALONE }));
  }
});
