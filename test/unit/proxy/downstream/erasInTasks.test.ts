import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { turn } from '../../../support/fakeHost.ts';
import { envelope } from '../../../support/modernRequest.ts';
import { ProxyStage } from '../../../support/proxyStage.ts';

const CAPABILITIES = { tools: {} };

async function settle(): Promise<void> {
  for (let step = 0; step < 6; step += 1) await turn();
}

/** A task of a modern client at a legacy server that has asked for its roots. */
async function askedTask(): Promise<ProxyStage> {
  const stage = new ProxyStage();
  stage.script = ({ method }) => {
    if (method === 'initialize')
      return { protocolVersion: '2025-06-18', capabilities: CAPABILITIES };
    return method === 'server/discover' ? {} : undefined;
  };
  const host = stage.connect({ policy: 'always' });
  host.callTool(1, 'build', { arguments: {}, _meta: envelope({ roots: {} }) });
  await settle();
  stage.server.print({ jsonrpc: '2.0', id: 'r1', method: 'roots/list' });
  await settle();
  assert.equal(stage.task.status, 'input_required');
  return stage;
}

suite('a task of a modern client at a legacy server', () => {
  test('P2 is asked what its server asks, and goes on with the answer in the same call', async () => {
    const stage = await askedTask();
    const { handle } = stage.task;
    const [question] = stage.context.questions.of(handle);
    stage.context.questions.answer(handle, question?.key ?? '', { roots: [] });
    await settle();
    assert.equal(stage.task.status, 'working');
    assert.equal(stage.server.all('tools/call').length, 1);
    const { id } = stage.server.last('tools/call');
    stage.server.answer(id, { content: [] });
    await settle();
    assert.equal(stage.task.status, 'completed');
  });

  test('P3 is done when its server has gone on without the answer', async () => {
    const stage = await askedTask();
    stage.server.answer(stage.server.last('tools/call').id, { content: [] });
    await settle();
    assert.equal(stage.task.status, 'completed');
    assert.deepEqual(stage.context.questions.of(stage.task.handle), []);
  });

  test('P6 is stopped at its server while it waits for the answer', async () => {
    const stage = await askedTask();
    const [call] = stage.calls.all();
    call?.cancelUpstream('The task was revoked.', { forget: false });
    await settle();
    const { id } = stage.server.last('tools/call');
    const { requestId } = stage.server.last('notifications/cancelled').params as {
      requestId: unknown;
    };
    assert.equal(requestId, id);
  });
});
