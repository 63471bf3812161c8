import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Pauser } from '../../../../src/broker/ending/pauser.ts';
import { TaskRows } from '../../../../src/broker/taskRows.ts';
import type { HandleId } from '../../../../src/registry/taskRecord.ts';
import { turn } from '../../../support/fakeHost.ts';
import { LINGER_MS } from '../../../support/proxyStage.ts';
import { revokerOf } from '../../../support/revokerStage.ts';
import { withTask } from '../../../support/runningTask.ts';

const USER = { door: 'user' } as const;
const AGENT = { door: 'agent' } as const;

/** A task whose host has left, and who pauses it. */
async function detached() {
  const { stage, host, handle, upstreamId } = await withTask();
  host.session.close();
  await turn();
  const { registry, calls, audit } = stage;
  const rows = new TaskRows(registry, calls, stage.rowContext);
  const revoker = revokerOf(stage);
  const { server } = stage;
  const actions = () => audit.rows.map(({ action, outcome }) => `${action} ${outcome}`);
  const pauser = new Pauser(registry, calls);
  const processes = server.processes;
  return { stage, server, processes, handle, upstreamId, rows, revoker, pauser, actions };
}

suite('a pause', () => {
  test('P9 P1 P8 stops the processes, then says so, with an audit row', async () => {
    const { stage, processes, handle, pauser, actions } = await detached();
    const release = stage.store.hold();
    const pausing = pauser.pause({ ...USER, handle });
    await turn();
    assert.deepEqual([processes.isStanding, stage.task.paused], [true, false]);
    release();
    const { record, refusal } = await pausing;
    assert.deepEqual([record.paused, record.pausedBy, refusal], [true, 'user', null]);
    assert.deepEqual(actions().slice(-1), ['paused done']);
  });

  test('P9 P1 a resumption is on disk before the processes go on', async () => {
    const { stage, processes, handle, pauser, actions } = await detached();
    await pauser.pause({ ...USER, handle });
    const release = stage.store.hold();
    const resuming = pauser.resume({ ...USER, handle });
    await turn();
    assert.equal(processes.isStanding, true);
    release();
    const { record } = await resuming;
    assert.deepEqual(
      [processes.isStanding, record.paused, 'pausedBy' in record],
      [false, false, true],
    );
    assert.equal(record.pausedBy, undefined);
    assert.deepEqual(actions().slice(-2), ['paused done', 'resumed done']);
  });

  test('P9 is refused with the reason, and nothing is recorded, when it does not come about', async () => {
    const { stage, processes, handle, pauser, actions } = await detached();
    processes.failure = 'processes run on (7)';
    const { record, refusal } = await pauser.pause({ ...USER, handle });
    assert.deepEqual([record.paused, refusal], [false, 'It was not paused: processes run on (7).']);
    assert.equal(actions().includes('paused done'), false);
    assert.equal(stage.calls.all()[0]?.upstream?.standstill.isPaused, false);
  });

  test('two at once are one, and a resumption comes after both', async () => {
    const { processes, handle, pauser, actions } = await detached();
    const answers = await Promise.all([
      pauser.pause({ ...USER, handle }),
      pauser.pause({ ...AGENT, handle }),
      pauser.resume({ ...USER, handle }),
    ]);
    assert.deepEqual(
      answers.map(({ record }) => record.paused),
      [true, true, false],
    );
    assert.deepEqual(processes.asked, ['pause', 'resume']);
    assert.deepEqual(actions().slice(-2), ['paused done', 'resumed done']);
  });

  test('of one that runs there is nothing to resume', async () => {
    const { processes, handle, pauser, actions } = await detached();
    const { record, refusal } = await pauser.resume({ ...USER, handle });
    assert.deepEqual([record.status, refusal, processes.asked], ['working', null, []]);
    assert.equal(actions().length, 1);
  });

  test('P3 of one that has ended changes nothing, and the trail says that it came too late', async () => {
    const { server, upstreamId, handle, pauser, actions } = await detached();
    server.answer(upstreamId, { content: [] });
    await turn();
    for (const ask of ['pause', 'resume'] as const) {
      const { record, refusal } = await pauser[ask]({ ...USER, handle });
      assert.deepEqual([record.status, record.paused, refusal], ['completed', false, null]);
    }
    assert.deepEqual(actions().slice(-2), ['paused already_ended', 'resumed already_ended']);
  });

  test('P8 has the words of an unknown handle', async () => {
    const { pauser } = await detached();
    const handle: HandleId = `th_${'b'.repeat(26)}`;
    for (const ask of ['pause', 'resume'] as const) {
      await assert.rejects(pauser[ask]({ ...USER, handle }), { code: 'no_such_handle' });
    }
  });

  test('P8 of the user is not undone by an agent', async () => {
    const { processes, handle, pauser } = await detached();
    await pauser.pause({ ...USER, handle });
    const { record, refusal } = await pauser.resume({ ...AGENT, handle });
    assert.deepEqual([record.paused, processes.isStanding], [true, true]);
    assert.match(refusal ?? '', /leave it to the user/);
    const supervisor = await pauser.resume({ door: 'supervisor', handle });
    assert.equal(supervisor.record.paused, false);
  });

  test('P8 of an agent becomes the user’s when they want it, too', async () => {
    const { processes, handle, pauser, actions } = await detached();
    await pauser.pause({ ...AGENT, handle });
    assert.equal((await pauser.pause({ ...USER, handle })).record.pausedBy, 'user');
    assert.equal((await pauser.pause({ ...AGENT, handle })).record.pausedBy, 'user');
    assert.equal((await pauser.resume({ ...AGENT, handle })).record.paused, true);
    assert.equal(processes.isStanding, true);
    assert.deepEqual(actions().slice(-2), ['paused done', 'paused done']);
  });

  test('P8 of an agent may be undone by an agent', async () => {
    const { handle, pauser } = await detached();
    await pauser.pause({ ...AGENT, handle });
    assert.equal((await pauser.resume({ ...AGENT, handle })).record.paused, false);
  });
});

suite('what happens to a paused task', () => {
  test('P3 an answer that came while it was being stopped ends it, and nothing stands', async () => {
    const { server, processes, upstreamId, handle, pauser, actions } = await detached();
    const release = processes.hold();
    const pausing = pauser.pause({ ...USER, handle });
    await turn();
    server.answer(upstreamId, { content: [] });
    release();
    assert.equal((await pausing).record.status, 'completed');
    assert.equal(processes.isStanding, false);
    assert.equal(actions().at(-1), 'paused already_ended');
  });

  test('P9 progress and answer that come after it went on count', async () => {
    const { stage, server, processes, upstreamId, handle, pauser } = await detached();
    await pauser.pause({ ...USER, handle });
    await pauser.resume({ ...USER, handle });
    const params = { progressToken: upstreamId, progress: 1, total: 2 };
    server.print({ jsonrpc: '2.0', method: 'notifications/progress', params });
    assert.equal(stage.task.progress?.progress, 1);
    server.answer(upstreamId, { content: [] });
    await turn();
    assert.deepEqual([stage.task.status, processes.isStanding], ['completed', false]);
  });

  test('P6 one that is revoked hears of it at once, and ends', async () => {
    const { stage, server, processes, handle, pauser, revoker } = await detached();
    await pauser.pause({ ...USER, handle });
    const revoking = revoker.revoke({ id: handle, door: 'user', note: null, force: false });
    await turn();
    assert.equal(server.all('notifications/cancelled').length, 1);
    assert.equal(processes.isStanding, false);
    for (let step = 0; step < 5; step += 1) await stage.passTime(1_000);
    assert.equal((await revoking).outcome, 'revoked');
    assert.deepEqual([stage.task.status, stage.task.paused], ['cancelled', false]);
  });

  test('P3 P6 a revocation that comes while it is being stopped wins', async () => {
    const { stage, processes, handle, pauser, revoker } = await detached();
    const release = processes.hold();
    const pausing = pauser.pause({ ...USER, handle });
    await turn();
    const revoking = revoker.revoke({ id: handle, door: 'user', note: null, force: false });
    await turn();
    release();
    const { record } = await pausing;
    assert.deepEqual([record.status, processes.isStanding], ['cancelled', false]);
    for (let step = 0; step < 5; step += 1) await stage.passTime(1_000);
    assert.equal((await revoking).outcome, 'revoked');
  });

  test('its server goes, and it says so', async () => {
    const { stage, server, handle, pauser } = await detached();
    await pauser.pause({ ...USER, handle });
    server.exit({ code: null, signal: 'SIGKILL' });
    await turn();
    assert.deepEqual([stage.task.reason?.code, stage.task.paused], ['upstream_exit', false]);
    assert.equal((await pauser.resume({ ...USER, handle })).record.status, 'failed');
  });

  test('P5 a new session gets a server of its own while it stands, and its own after', async () => {
    const { stage, handle, pauser } = await detached();
    await pauser.pause({ ...USER, handle });
    const second = await stage.greeted({ policy: 'always' });
    assert.equal(stage.channels.length, 2);
    second.session.close();
    await pauser.resume({ ...USER, handle });
    await stage.passTime(LINGER_MS);
    await stage.greeted({ policy: 'always' });
    assert.equal(stage.channels.length, 2, 'the one that goes on was adopted');
  });

  test('P5 nobody adopts it while it is being stopped', async () => {
    const { stage, processes, handle, pauser } = await detached();
    const release = processes.hold();
    const pausing = pauser.pause({ ...USER, handle });
    await turn();
    await stage.greeted({ policy: 'always' });
    assert.equal(stage.channels.length, 2);
    release();
    assert.equal((await pausing).record.paused, true);
  });

  test('its server is not ended for having nobody', async () => {
    const { stage, server, handle, pauser } = await detached();
    await pauser.pause({ ...USER, handle });
    await stage.passTime(LINGER_MS);
    await stage.passTime(LINGER_MS);
    assert.equal(server.shutDowns, 0);
  });

  test('its row can be paused as long as its server has nobody else', async () => {
    const { stage, handle, pauser, rows } = await detached();
    assert.equal(rows.get(handle)?.canPause, true);
    await pauser.pause({ ...USER, handle });
    const { paused, canPause } = rows.get(handle) ?? {};
    assert.deepEqual([paused, canPause], [true, true]);
    await pauser.resume({ ...USER, handle });
    await stage.greeted({ policy: 'always' });
    assert.equal(rows.get(handle)?.canPause, false);
  });
});
