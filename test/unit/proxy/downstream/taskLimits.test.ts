import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { turn } from '../../../support/fakeHost.ts';
import { handleIn, ProxyStage } from '../../../support/proxyStage.ts';

const RESULT = { content: [{ type: 'text', text: 'done' }] };

function textIn(result: object): string {
  return JSON.stringify(result);
}

suite('how many tasks may live', () => {
  test('the call above the limit is refused with what to do, and nothing starts', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always', maxLiveTasks: 1 });
    host.callTool(1, 'build');
    await turn();
    host.callTool(2, 'build');
    await turn();
    const refused = host.resultOf(2);
    assert.equal(refused.isError, true);
    assert.match(textIn(refused), /`build` was not started: 1 tasks of server `r` .*maxLiveTasks/);
    assert.match(textIn(refused), /Wait until a task has ended, or stop one/);
    assert.equal(stage.server.all('tools/call').length, 1);
    assert.equal(stage.registry.list().length, 1);
  });

  test('a task that has ended makes room', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always', maxLiveTasks: 1 });
    host.callTool(1, 'build');
    await turn();
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    host.callTool(2, 'build');
    await turn();
    handleIn(host.resultOf(2));
  });

  test('a task on its way to the disk counts', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always', maxLiveTasks: 1 });
    const release = stage.store.hold();
    host.callTool(1, 'build');
    host.callTool(2, 'build');
    await turn();
    assert.equal(host.resultOf(2).isError, true);
    release();
    await turn();
    handleIn(host.resultOf(1));
  });

  test('companions and calls that never become tasks are not refused', async () => {
    const stage = new ProxyStage();
    const tools = { quick: { policy: 'never' } } as const;
    const host = await stage.greeted({ policy: 'always', maxLiveTasks: 1, tools });
    host.callTool(1, 'build');
    await turn();
    host.callTool(2, 'task_poll', { arguments: {} });
    host.callTool(3, 'quick');
    await turn();
    assert.equal(host.resultOf(2).isError, undefined);
    assert.deepEqual(host.answersTo(3), [], 'it runs');
    assert.equal(stage.server.all('tools/call').length, 2);
  });

  test('in all counts the tasks of every server', async () => {
    const stage = new ProxyStage();
    const policy = { policy: 'always', maxLiveTasksInAll: 1 } as const;
    const first = await stage.greeted(policy);
    first.callTool(1, 'build');
    await turn();
    const other = stage.connect(policy, { name: 'other' });
    await other.initialize();
    other.callTool(1, 'test');
    await turn();
    assert.equal(other.resultOf(1).isError, true);
    assert.match(textIn(other.resultOf(1)), /maxLiveTasksInAll is 1/);
  });

  test('P2 a call with a key of its own is refused as well', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always', maxLiveTasks: 1 });
    host.callTool(1, 'build');
    await turn();
    host.callTool(2, 'build', { _meta: { 'mcp-task-handles/idempotencyKey': 'k' } });
    await turn();
    assert.equal(host.resultOf(2).isError, true);
    assert.equal(stage.server.all('tools/call').length, 1);
  });
});

suite('the limits of a task', () => {
  test('P9 are those of the policy, and both clocks count from the call', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ totalTimeoutMs: 60_000, idleTimeoutMs: 0 });
    host.callTool(1, 'build');
    await stage.passTime(10_000);
    assert.deepEqual(stage.task.deadlines, {
      totalTimeoutMs: 60_000,
      idleTimeoutMs: null,
      ranMs: 10_000,
      reattachTimeoutMs: 600_000,
    });
  });

  test('P9 a machine that slept before the hand-off has not used up its time', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    stage.clock.sleep(9 * 3_600_000);
    await stage.passTime(0);
    assert.equal(stage.task.deadlines.ranMs, 15_000);
  });
});
