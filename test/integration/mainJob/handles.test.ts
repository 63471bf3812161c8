import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import {
  callTool,
  connectClient,
  EVERYTHING,
  fixtureServer,
  handleOf,
  progressOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';

const SLOW = fixtureServer('answersWhenTold.mjs');
const AT_ONCE = ['--policy', 'always'];

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mth-scratch-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

suite('handles', () => {
  test('a quick call returns its own result', async (t) => {
    const home = temporaryHome(t);
    const host = await connectClient({ home, server: [process.execPath, EVERYTHING, 'stdio'] });
    assert.deepEqual(await callTool(host, 'echo', { message: 'hi' }), {
      content: [{ type: 'text', text: 'Echo: hi' }],
    });
  });

  test('a long call returns a handle, then its result', async (t) => {
    const home = temporaryHome(t);
    const server = [process.execPath, EVERYTHING, 'stdio'];
    const host = await connectClient({ home, server, flags: ['--hand-off-after', '300'] });
    const answer = await callTool(host, 'trigger-long-running-operation', {
      duration: 2,
      steps: 4,
    });
    assert.match(textOf(answer), /^NOT THE RESULT YET\./);
    assert.equal(answer.structuredContent?.next, textOf(answer));
    const progress = progressOf(host.transport);
    const result = await host.client.callTool(
      { name: 'task_poll', arguments: { handle: handleOf(answer) } },
      undefined,
      { onprogress: () => {} },
    );
    assert.deepEqual(result.content, [
      { type: 'text', text: 'Long running operation completed. Duration: 2 seconds, Steps: 4.' },
    ]);
    const [percents = []] = progress.values();
    assert.equal(percents.at(-1), 4, 'P10 the last progress event arrives');
  });

  test('P4 a handle outlives its client, also a killed one', async (t) => {
    const home = temporaryHome(t);
    const folder = scratch(t);
    const path = join(folder, 'go');
    const log = join(folder, 'log');
    const first = await connectClient({ home, server: SLOW, flags: AT_ONCE });
    const handle = handleOf(await callTool(first, 'wait_for_file', { path, log }));
    process.kill(first.pid, 'SIGKILL');
    const second = await connectClient({ home, server: SLOW, flags: AT_ONCE });
    const poll = callTool(second, 'task_poll', { handle });
    appendFileSync(path, '');
    assert.equal(textOf(await poll), `found ${path}`);
    assert.equal(readFileSync(log, 'utf8').split('\n').length, 2, 'P2 executed once');
  });

  test('P5 a new connection adopts the upstream that still works', async (t) => {
    const home = temporaryHome(t);
    const path = join(scratch(t), 'go');
    const first = await connectClient({ home, server: SLOW, flags: AT_ONCE });
    handleOf(await callTool(first, 'wait_for_file', { path }));
    const [before] = await cliJson<TaskView[]>(['list', '--home', home]);
    await first.client.close();
    const second = await connectClient({ home, server: SLOW });
    const echo = await callTool(second, 'echo', { a: 1 });
    assert.equal(textOf(echo), '{"a":1}');
    const [after] = await cliJson<TaskView[]>(['list', '--home', home]);
    assert.equal(after?.handle, before?.handle);
    assert.equal(after?.attached, true);
  });

  test('a call left before the hand-off becomes a task', async (t) => {
    const home = temporaryHome(t);
    const folder = scratch(t);
    const path = join(folder, 'go');
    const first = await connectClient({ home, server: SLOW });
    const log = join(folder, 'log');
    callTool(first, 'wait_for_file', { path, log }).catch(() => 'the client has left');
    await first.client.ping();
    await first.client.close();
    const [task] = await listUntil(home, (tasks) => tasks.length === 1);
    appendFileSync(path, '');
    const waited = await runCli(['wait', String(task?.handle), '--home', home]);
    assert.equal(waited.code, 0);
  });

  test('an unknown handle is a tool error', async (t) => {
    const home = temporaryHome(t);
    const host = await connectClient({ home, server: SLOW });
    const unknown = await callTool(host, 'task_poll', { handle: `th_${'a'.repeat(26)}` });
    const malformed = await callTool(host, 'task_poll', { handle: 'x' });
    assert.equal(unknown.isError, true);
    assert.deepEqual(unknown, malformed);
  });

  test('tools that are called like ours keep their names', async (t) => {
    const home = temporaryHome(t);
    const host = await connectClient({ home, server: fixtureServer('hasOurToolNames.mjs') });
    const { tools } = await host.client.listTools();
    assert.deepEqual(
      tools.map((tool) => tool.name),
      ['task_poll', 'task_control', 'task_poll_2', 'task_control_2'],
    );
    assert.equal(textOf(await callTool(host, 'task_poll')), 'theirs: task_poll');
    assert.equal(textOf(await callTool(host, 'task_poll_2')), 'There are no tasks.');
  });
});

suite('terminal', () => {
  test('list, status, wait, result and revoke work meanwhile', async (t) => {
    const home = temporaryHome(t);
    const path = join(scratch(t), 'go');
    const host = await connectClient({ home, server: SLOW, flags: AT_ONCE });
    const first = handleOf(await callTool(host, 'wait_for_file', { path }));
    const second = handleOf(await callTool(host, 'wait_for_file', { path: `${path}-never` }));
    const listed = await cliJson<TaskView[]>(['list', '--home', home]);
    assert.deepEqual(listed.map((task) => task.handle).sort(), [first, second].sort());
    const status = await cliJson<TaskView>(['status', first, '--home', home]);
    assert.equal(status.status, 'working');
    const wait = runCli(['wait', first, '--home', home]);
    appendFileSync(path, '');
    assert.equal((await wait).code, 0);
    const result = await cliJson<{ content: unknown }>(['result', first, '--home', home]);
    assert.deepEqual(result.content, [{ type: 'text', text: `found ${path}` }]);
    assert.equal((await runCli(['revoke', second, '--home', home])).code, 0);
    const revoked = await cliJson<TaskView>(['status', second, '--home', home]);
    assert.equal(revoked.status, 'cancelled');
    assert.equal(revoked.reason?.by, 'user');
    assert.equal((await runCli(['status', 'th_nothing', '--home', home])).code, 3);
  });
});

async function listUntil(
  home: string,
  isDone: (tasks: TaskView[]) => boolean,
): Promise<TaskView[]> {
  for (;;) {
    const tasks = await cliJson<TaskView[]>(['list', '--home', home]);
    if (isDone(tasks)) return tasks;
  }
}
