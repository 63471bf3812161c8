import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Revoker } from '../../../src/broker/revoker.ts';
import { TaskRows } from '../../../src/broker/taskRows.ts';
import { ReattachedCall } from '../../../src/proxy/downstream/reattachedCall.ts';
import { turn } from '../../support/fakeHost.ts';
import { handleIn, ProxyStage } from '../../support/proxyStage.ts';
import { aTask } from '../../support/taskRecords.ts';

const HAND_OFF_MS = 10_000;
const BY_USER = { door: 'user', note: null, force: false } as const;

function revokerOf(stage: ProxyStage): Revoker {
  const { registry, audit, calls, clock, context } = stage;
  const rows = new TaskRows(registry, calls, stage.rowContext);
  return new Revoker({ registry, audit, calls, rows, clock, log: context.log });
}

suite('a revocation', () => {
  test('P6 ends a call whose hand-off the disk refuses meanwhile', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const [call] = stage.calls.all();
    stage.store.fail();
    const release = stage.store.hold();
    await stage.passTime(HAND_OFF_MS);
    const revoking = revokerOf(stage).revoke({ ...BY_USER, id: call?.id ?? '' });
    release();
    await turn();
    for (let step = 0; step < 5; step += 1) await stage.passTime(1_000);
    assert.equal((await revoking).outcome, 'revoked');
    assert.equal(host.resultOf(1).isError, true);
    assert.equal(stage.server.ends.length, 1);
  });

  test('P6 ends the work although the disk takes no record', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    const id = handleIn(host.resultOf(1));
    stage.store.fail();
    const revoking = revokerOf(stage).revoke({ ...BY_USER, id });
    for (let step = 0; step < 5; step += 1) await stage.passTime(1_000);
    assert.equal(stage.server.ends.length, 1);
    assert.equal(stage.task.status, 'working', 'P1 nothing is told before it is on disk');
    stage.store.heal();
    await stage.passTime(60_000);
    const { outcome, level } = await revoking;
    assert.deepEqual([outcome, level], ['revoked', 'terminated']);
    assert.equal(stage.task.reason?.level, 'terminated');
  });

  test('P6 of a task that was not found again it says that its work may go on', async () => {
    const stage = new ProxyStage();
    const tasks = [aTask(), aTask()];
    stage.registry.addStored(tasks);
    for (const task of tasks) {
      const call = new ReattachedCall(stage.context, task);
      stage.calls.add(call);
      stage.calls.becameTask(call, task.handle);
    }
    const [id = '', other] = tasks.map(({ handle }) => handle);
    await revokerOf(stage).revokeMany([id], { ...BY_USER, force: true });
    const [untouched, revoked] = stage.registry.list();
    assert.deepEqual([untouched?.handle, untouched?.status], [other, 'working']);
    assert.equal(revoked?.reason?.level, 'none');
    assert.match(revoked?.reason?.note ?? '', /may go on there/);
    assert.equal(stage.calls.size, 1);
  });

  test('P3 of two at once one ends the task, and both wait for it', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    const id = handleIn(host.resultOf(1));
    const revoker = revokerOf(stage);
    const both = Promise.all([
      revoker.revoke({ ...BY_USER, id }),
      revoker.revoke({ ...BY_USER, id, door: 'agent' }).then((outcome) => {
        assert.equal(stage.server.ends.length, 1);
        return outcome;
      }),
    ]);
    for (let step = 0; step < 5; step += 1) await stage.passTime(1_000);
    const [first, second] = await both;
    assert.deepEqual([first.outcome, second.outcome], ['revoked', 'already_ended']);
    assert.equal(stage.task.reason?.by, 'user');
    assert.equal(stage.server.ends.length, 1);
  });
});

suite('a task whose time is over', () => {
  test('P9 is ended by policy, up the same ladder, and its level is on record', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    const expiring = revokerOf(stage).expire(handleIn(host.resultOf(1)), 'idle');
    for (let step = 0; step < 5; step += 1) await stage.passTime(1_000);
    assert.equal((await expiring).outcome, 'revoked');
    const { status, reason } = stage.task;
    assert.deepEqual(
      [status, reason?.code, reason?.by, reason?.level],
      ['failed', 'idle_timeout', 'policy', 'terminated'],
    );
    assert.equal(stage.server.ends.length, 1);
  });

  test('P3 a revocation that comes first wins, and one ladder is climbed', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    const id = handleIn(host.resultOf(1));
    const revoker = revokerOf(stage);
    const both = Promise.all([revoker.revoke({ ...BY_USER, id }), revoker.expire(id, 'total')]);
    for (let step = 0; step < 5; step += 1) await stage.passTime(1_000);
    const [revoked, expired] = await both;
    assert.deepEqual([revoked.outcome, expired.outcome], ['revoked', 'already_ended']);
    assert.equal(stage.task.reason?.code, 'revoked');
    assert.equal(stage.server.ends.length, 1);
  });
});
