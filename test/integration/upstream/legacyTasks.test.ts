import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson } from '../../support/cliProcess.ts';
import {
  callTool,
  connectClient,
  EVERYTHING,
  handleOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';

const RESEARCH = 'simulate-research-query';
const SERVER = [process.execPath, EVERYTHING, 'stdio'];

function connect(t: TestContext, flags: string[], home = temporaryHome(t)) {
  const capabilities = { elicitation: {} };
  return connectClient({ home, server: SERVER, flags, capabilities });
}

suite('server-everything’s own tasks (U1)', () => {
  test('a tool that must be a task is called like any other', async (t) => {
    const host = await connect(t, ['--policy', 'never']);
    const messages: (string | undefined)[] = [];
    const result = await host.client.callTool(
      { name: RESEARCH, arguments: { topic: 'ducks' } },
      undefined,
      { onprogress: ({ message }) => messages.push(message) },
    );
    assert.match(textOf(result as never), /^# Research Report: ducks/);
    assert.equal(result._meta, undefined, 'no trace of the server’s task');
    assert.ok(messages.includes('Analyzing content...'), `${messages}`);
  });

  test('as a task of ours it has one handle, its status text and its result', async (t) => {
    const home = temporaryHome(t);
    const host = await connect(t, ['--policy', 'always'], home);
    const handle = handleOf(await callTool(host, RESEARCH, { topic: 'geese' }));
    const result = await callTool(host, 'task_poll', { handle });
    assert.match(textOf(result), /^# Research Report: geese/);
    const [task] = await cliJson<TaskView[]>(['list', '--all', '--home', home]);
    assert.equal(task?.status, 'completed');
    assert.equal(task?.message, 'Generating report...');
  });

  test('its question reaches the host, whose answer reaches the task', async (t) => {
    const host = await connect(t, ['--policy', 'never']);
    host.client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      assert.match(params.message, /python/);
      return { action: 'accept', content: { interpretation: 'snake' } };
    });
    const result = await callTool(host, RESEARCH, { topic: 'python', ambiguous: true });
    assert.match(textOf(result), /Research Report: python \(snake\)/);
  });

  test('P6 a revocation cancels the server’s task; nothing has to be killed', async (t) => {
    const home = temporaryHome(t);
    const host = await connect(t, ['--policy', 'always'], home);
    const handle = handleOf(await callTool(host, RESEARCH, { topic: 'swans' }));
    const [task] = await cliJson<TaskView[]>(['revoke', handle, '--home', home]);
    assert.equal(task?.reason?.code, 'revoked');
    assert.equal(task?.reason?.level, 'cooperative');
    const next = handleOf(await callTool(host, 'echo', { message: 'alive' }));
    assert.equal(textOf(await callTool(host, 'task_poll', { handle: next })), 'Echo: alive');
  });
});
