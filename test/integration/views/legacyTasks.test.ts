import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import {
  type ConnectedClient,
  callTool,
  connectClient,
  EVERYTHING,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';

const SERVER = [process.execPath, EVERYTHING, 'stdio'];
const NATIVE = ['--native-tasks', 'optional'];

/** What a client of SDK v1 hears of a call as a task, in order. */
async function stream({ client }: ConnectedClient, name: string, args: Record<string, unknown>) {
  const heard = [];
  const call = client.experimental.tasks.callToolStream(
    { name, arguments: args },
    CallToolResultSchema,
    { task: { ttl: 60_000 } },
  );
  for await (const message of call) heard.push(message);
  return heard;
}

suite('a client of SDK v1 with native tasks (D1)', () => {
  test('streams a call as a task, of a tool that knows no tasks itself', async (t) => {
    const host = await connectClient({ home: temporaryHome(t), server: SERVER, flags: NATIVE });
    const heard = await stream(host, 'trigger-long-running-operation', { duration: 1, steps: 2 });
    const [first] = heard;
    assert.equal(first?.type, 'taskCreated');
    assert.match(first.task.taskId, /^th_/);
    const last = heard.at(-1);
    assert.equal(last?.type, 'result');
    assert.match(textOf(last.result), /operation completed/);
    assert.deepEqual(last.result._meta, {
      'io.modelcontextprotocol/related-task': { taskId: first.task.taskId },
    });
  });

  test('answers the question of a server about its task', async (t) => {
    const capabilities = { elicitation: { form: {} } };
    const home = temporaryHome(t);
    const host = await connectClient({ home, server: SERVER, flags: NATIVE, capabilities });
    await host.client.listTools();
    const related: unknown[] = [];
    host.client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      related.push(params._meta?.['io.modelcontextprotocol/related-task']);
      return { action: 'accept', content: { interpretation: 'technical' } };
    });
    const args = { topic: 'python', ambiguous: true };
    const heard = await stream(host, 'simulate-research-query', args);
    const [first] = heard;
    assert.equal(first?.type, 'taskCreated');
    assert.equal(heard.at(-1)?.type, 'result');
    assert.deepEqual(related, [{ taskId: first.task.taskId }]);
  });

  test('P6 cancels for good; a second time is an error', async (t) => {
    const host = await connectClient({ home: temporaryHome(t), server: SERVER, flags: NATIVE });
    const { tasks } = host.client.experimental;
    const call = tasks.callToolStream(
      { name: 'trigger-long-running-operation', arguments: { duration: 60, steps: 60 } },
      CallToolResultSchema,
      { task: {} },
    );
    const first = (await call.next()).value;
    assert.equal(first?.type, 'taskCreated');
    const { taskId } = first.task;
    assert.equal((await tasks.cancelTask(taskId)).status, 'cancelled');
    await assert.rejects(tasks.cancelTask(taskId), /already ended/);
    await assert.rejects(tasks.getTaskResult(taskId, CallToolResultSchema), /stopped by an agent/);
    const listed = await tasks.listTasks();
    assert.deepEqual(
      listed.tasks.map((task) => [task.taskId, task.status]),
      [[taskId, 'cancelled']],
    );
  });

  test('without the setting reads of no tasks', async (t) => {
    const host = await connectClient({ home: temporaryHome(t), server: SERVER });
    assert.equal(host.client.getServerCapabilities()?.tasks, undefined);
    assert.match(textOf(await callTool(host, 'echo', { message: 'hi' })), /hi/);
  });
});
