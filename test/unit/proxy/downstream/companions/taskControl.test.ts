import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RoutePolicy } from '../../../../../src/registry/policy.ts';
import { type FakeHost, turn } from '../../../../support/fakeHost.ts';
import { ProxyStage } from '../../../../support/proxyStage.ts';
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
    const answer = await control(host, 'c', { handle, action: 'stop' });
    assert.equal(answer.isError, true);
    assert.equal(stage.task.status, 'working');
  });

  test('shortens a reason without end', async () => {
    const { stage, host, handle } = await withTask();
    await control(host, 'c', { handle, action: 'revoke', reason: 'x'.repeat(5000) });
    assert.equal(stage.task.reason?.note?.length, 300);
  });
});

suite('an agent that answers for the person', () => {
  const answer = { action: 'answer', response: { action: 'decline' } };

  async function asked(policy: RoutePolicy): Promise<{ stage: ProxyStage; host: FakeHost }> {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always', ...policy });
    host.callTool(1, 'deploy');
    await turn();
    await turn();
    const inputRequests = { sure: { method: 'elicitation/create', params: { message: 'Sure?' } } };
    const { id } = stage.server.last('tools/call');
    stage.server.answer(id, { resultType: 'input_required', inputRequests });
    await turn();
    return { stage, host };
  }

  test('P8 is refused where the person has not allowed it', async () => {
    const { stage, host } = await asked({});
    const { handle } = stage.task;
    host.callTool(2, 'task_control', { arguments: { handle, ...answer } });
    await turn();
    assert.equal(host.resultOf(2).isError, true);
    assert.equal(stage.task.status, 'input_required');
  });

  test('P8 is heard for a tool where it may, and the audit names it', async () => {
    const { stage, host } = await asked({ agentsMayAnswer: ['dep*'] });
    const { handle } = stage.task;
    const _meta = { 'vscode.conversationId': 'chat' };
    host.callTool(2, 'task_control', { arguments: { handle, ...answer }, _meta });
    await turn();
    await turn();
    assert.equal(host.resultOf(2).isError, undefined);
    assert.equal(stage.task.status, 'working');
    const row = stage.audit.rows.find(({ action }) => action === 'input_provided');
    assert.equal(row?.principal.door, 'agent');
    assert.deepEqual(row?.principal.client, { name: 'fake host', version: '1' });
    assert.equal(row?.principal.conversationId, 'chat');
  });

  test('is told what is wrong with its answer', async () => {
    const { stage, host } = await asked({ agentsMayAnswer: ['*'] });
    const { handle } = stage.task;
    const calls = [
      { ...answer, response: 'yes' },
      { ...answer, key: 'other' },
      { ...answer, response: { action: 'perhaps' } },
    ];
    for (const [index, wrong] of calls.entries()) {
      host.callTool(10 + index, 'task_control', { arguments: { handle, ...wrong } });
      await turn();
      assert.equal(host.resultOf(10 + index).isError, true);
    }
    assert.equal(stage.task.status, 'input_required');
  });
});
