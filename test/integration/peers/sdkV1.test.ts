import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { type CallToolResult, CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { EVERYTHING_STDIO, everythingOverHttp, legacyPeer, type Target } from './peerStage.ts';

const NATIVE = ['--native-tasks', 'optional'];
const TARGETS: Record<string, (t: TestContext) => Target | Promise<Target>> = {
  'server-everything over stdio': () => EVERYTHING_STDIO,
  'server-everything over HTTP': everythingOverHttp,
};

interface Told {
  readonly types: string[];
  readonly taskId: string;
  readonly text: string;
}

/** What `callToolStream` tells of a call, from the task's creation to its result. */
async function followCall(client: Client, name: string, args: object): Promise<Told> {
  const params = { name, arguments: { ...args } };
  const stream = client.experimental.tasks.callToolStream(params, CallToolResultSchema, {
    task: { ttl: 60_000 },
  });
  const types: string[] = [];
  let taskId = '';
  let text = '';
  for await (const told of stream) {
    types.push(told.type);
    if (told.type === 'taskCreated') taskId = told.task.taskId;
    if (told.type === 'result') text = textOf(told.result as CallToolResult);
    if (told.type === 'error') throw told.error;
  }
  return { types, taskId, text };
}

function textOf({ content: [first] }: CallToolResult): string {
  return first?.type === 'text' ? first.text : '';
}

for (const [name, target] of Object.entries(TARGETS)) {
  suite(`SDK v1 with tasks of its own, before ${name}`, () => {
    test('a call becomes a task, is polled and brings its result', async (t) => {
      const client = await legacyPeer(t, await target(t), NATIVE);
      await client.listTools();
      const args = { duration: 1, steps: 2 };
      const { types, taskId, text } = await followCall(
        client,
        'trigger-long-running-operation',
        args,
      );
      assert.match(taskId, /^th_/);
      assert.equal(types[0], 'taskCreated');
      assert.equal(types.at(-1), 'result');
      assert.match(text, /Long running operation completed/);
      const { status } = await client.experimental.tasks.getTask(taskId);
      assert.equal(status, 'completed');
    });

    test("a task of the server's own is one of ours, its question answered on the way", async (t) => {
      const client = await legacyPeer(t, await target(t), NATIVE);
      await client.listTools();
      const { taskId, text } = await followCall(client, 'simulate-research-query', {
        topic: 'python',
        ambiguous: true,
      });
      assert.match(taskId, /^th_/);
      assert.match(text, /technical/);
    });

    test('a task that is cancelled stays cancelled', async (t) => {
      const client = await legacyPeer(t, await target(t), NATIVE);
      await client.listTools();
      const params = { name: 'trigger-long-running-operation', arguments: { duration: 60 } };
      const stream = client.experimental.tasks.callToolStream(params, CallToolResultSchema, {
        task: { ttl: 60_000 },
      });
      const first = await stream.next();
      assert.equal(first.value?.type, 'taskCreated');
      const taskId = first.value?.type === 'taskCreated' ? first.value.task.taskId : '';
      const { status } = await client.experimental.tasks.cancelTask(taskId);
      assert.equal(status, 'cancelled');
      assert.equal((await client.experimental.tasks.getTask(taskId)).status, 'cancelled');
      await assert.rejects(client.experimental.tasks.cancelTask(taskId), { code: -32602 });
      await stream.return?.(undefined);
    });
  });
}
