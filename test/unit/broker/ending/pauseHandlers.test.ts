import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ControlHandler } from '../../../../src/broker/controlConnection.ts';
import { handlePauseRequests } from '../../../../src/broker/ending/pauseHandlers.ts';
import { TaskRows } from '../../../../src/broker/taskRows.ts';
import type { TaskRow } from '../../../../src/brokerApi/brokerProtocol.ts';
import type { JsonObject } from '../../../../src/common/json.ts';
import type { RoutePolicy } from '../../../../src/registry/policy.ts';
import { turn } from '../../../support/fakeHost.ts';
import { ProxyStage } from '../../../support/proxyStage.ts';

const ALONE: RoutePolicy = { isolation: 'perCall' };
type Handler = ControlHandler<'tasks/pause'>;

/** An open call that is no task yet, and the door by which people come in. */
async function openCall(policy: RoutePolicy = ALONE) {
  const stage = new ProxyStage();
  const host = await stage.greeted(policy);
  host.callTool(1, 'build');
  for (let step = 0; step < 3; step += 1) await turn();
  const { registry, calls, context, rowContext, server } = stage;
  const handlers = new Map<string, Handler>();
  handlePauseRequests(
    { handle: (method, handler) => void handlers.set(method, handler as Handler) },
    {
      pausing: context.pausing,
      calls,
      rows: new TaskRows(registry, calls, rowContext),
      principal: () => ({ door: 'user', client: null, conversationId: null, user: 'me' }),
    },
  );
  const ask = async (method: string, params: JsonObject): Promise<TaskRow | null> =>
    (await handlers.get(method)?.(params))?.row ?? null;
  const [call] = calls.all();
  assert.ok(call);
  return { stage, host, server, call, ask };
}

suite('tasks/pause', () => {
  test('P9 P1 of a call hands it off first: its host gets the handle, and it stands', async () => {
    const { stage, host, server, call, ask } = await openCall();
    const row = await ask('tasks/pause', { id: call.id, door: 'user' });
    assert.deepEqual([row?.handle, row?.paused, row?.canPause], [stage.task.handle, true, true]);
    assert.equal(server.processes.isStanding, true);
    assert.match(JSON.stringify(host.resultOf(1)), /NOT THE RESULT YET/);
    const audited = stage.audit.rows.at(-1);
    assert.deepEqual([audited?.action, audited?.principal.user], ['paused', 'me']);
    const resumed = await ask('tasks/resume', { id: stage.task.handle });
    assert.deepEqual([resumed?.paused, server.processes.isStanding], [false, false]);
  });

  test('P3 an answer that comes first ends the call, and there is nothing to pause', async () => {
    const { stage, host, server, call, ask } = await openCall();
    const release = stage.store.hold();
    const asking = ask('tasks/pause', { id: call.id });
    server.answer(server.last('tools/call').id, { content: [] });
    release();
    const row = await asking;
    assert.deepEqual([row?.status, row?.paused], ['completed', false]);
    assert.deepEqual(host.resultOf(1).content, []);
    assert.equal(server.processes.isStanding, false);
    assert.equal(await ask('tasks/pause', { id: call.id }), null);
  });

  test('P9 of a call that shares its server is refused, and it is not handed off', async () => {
    const { stage, call, ask } = await openCall({});
    const asking = ask('tasks/pause', { id: call.id });
    await assert.rejects(asking, { code: 'not_supported', message: /attached session/ });
    assert.deepEqual(stage.registry.list(), []);
  });

  test('P1 is refused where the disk takes no handle, and the call goes on', async () => {
    const { stage, host, server, call, ask } = await openCall();
    stage.store.fail();
    await assert.rejects(ask('tasks/pause', { id: call.id }), { code: 'store_failed' });
    server.answer(server.last('tools/call').id, { content: [] });
    assert.deepEqual(host.resultOf(1).content, []);
    assert.deepEqual(server.processes.asked, []);
  });

  test('of what nobody knows has no row', async () => {
    const { ask } = await openCall();
    for (const id of ['call_99', 'th_x', `th_${'a'.repeat(26)}`]) {
      assert.equal(await ask('tasks/pause', { id }), null);
      assert.equal(await ask('tasks/resume', { id }), null);
    }
    await assert.rejects(ask('tasks/pause', { id: 7 }), { code: 'invalid_message' });
  });
});
