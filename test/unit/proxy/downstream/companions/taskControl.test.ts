import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type FakeHost, turn } from '../../../../support/fakeHost.ts';
import { poll, structured, withTask } from '../../../../support/runningTask.ts';

suite('task_control', () => {
  const control = async (host: FakeHost, id: string, given: object) => {
    host.callTool(id, 'task_control', { arguments: given });
    await turn();
    return host.resultOf(id);
  };

  for (const action of ['revoke', 'cancel']) {
    test(`stops a task for good with ${action}`, async () => {
      const { stage, host, handle } = await withTask();
      const answer = structured(await control(host, 'c', { handle, action, reason: 'not needed' }));
      assert.equal(answer.status, 'cancelled');
      assert.match(String(answer.next), /has been stopped for good/);
      assert.equal(stage.task.reason?.by, 'agent');
      assert.equal(stage.task.reason?.note, 'not needed');
    });
  }

  test('P3 leaves a task that has ended', async () => {
    const { stage, host, handle, upstreamId } = await withTask();
    stage.server.answer(upstreamId, { content: [] });
    await turn();
    const answer = structured(await control(host, 'c', { handle, action: 'revoke' }));
    assert.equal(answer.status, 'completed');
    assert.match(String(answer.next), /had already ended/);
  });

  test('P8 has the poll’s words for an unknown handle', async () => {
    const { host } = await withTask();
    const handle = `th_${'b'.repeat(26)}`;
    poll(host, 'p', { handle });
    assert.deepEqual(await control(host, 'c', { handle, action: 'revoke' }), host.resultOf('p'));
    assert.deepEqual(await control(host, 'd', { action: 'revoke' }), host.resultOf('p'));
  });

  test('refuses an action that it does not know', async () => {
    const { stage, host, handle } = await withTask();
    const answer = await control(host, 'c', { handle, action: 'pause' });
    assert.equal(answer.isError, true);
    assert.equal(stage.task.status, 'working');
  });

  test('shortens a reason without end', async () => {
    const { stage, host, handle } = await withTask();
    await control(host, 'c', { handle, action: 'revoke', reason: 'x'.repeat(5000) });
    assert.equal(stage.task.reason?.note?.length, 300);
  });
});
