import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Revoker } from '../../../../src/broker/ending/revoker.ts';
import { isJsonObject } from '../../../../src/common/json.ts';
import { ReattachedCall } from '../../../../src/proxy/downstream/reattachedCall.ts';
import type { HandleId } from '../../../../src/registry/taskRecord.ts';
import type { FakeChannel } from '../../../support/fakeChannel.ts';
import { turn } from '../../../support/fakeHost.ts';
import { handleIn, ProxyStage } from '../../../support/proxyStage.ts';
import { BY_USER, climbed, passGrace, revokerOf } from '../../../support/revokerStage.ts';
import { withTask } from '../../../support/runningTask.ts';
import { aTask } from '../../../support/taskRecords.ts';

const HAND_OFF_MS = 10_000;

/** The one that ran the call: what is ended by force is started again by itself. */
function firstServer({ channels: [server] }: ProxyStage): FakeChannel {
  return server ?? assert.fail('no server was started');
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
    assert.equal((await climbed(stage, revoking)).outcome, 'revoked');
    assert.equal(host.resultOf(1).isError, true);
    assert.equal(firstServer(stage).ends.length, 1);
  });

  test('P6 ends the work although the disk takes no record', async () => {
    const { stage, handle: id } = await withTask();
    stage.store.fail();
    const revoking = revokerOf(stage).revoke({ ...BY_USER, id });
    await passGrace(stage);
    assert.equal(firstServer(stage).ends.length, 1);
    assert.equal(stage.task.status, 'working', 'P1 nothing is told before it is on disk');
    stage.store.heal();
    await stage.passTime(60_000);
    const { outcome, level } = await revoking;
    assert.deepEqual([outcome, level], ['revoked', 'terminated']);
    assert.equal(stage.task.reason?.level, 'terminated');
  });

  test('P6 spares a server that has got other work meanwhile', async () => {
    const { stage, host, handle: id } = await withTask();
    const revoking = revokerOf(stage).revoke({ ...BY_USER, id });
    await turn();
    host.callTool(2, 'test');
    assert.equal((await climbed(stage, revoking)).level, 'cooperative');
    assert.equal(firstServer(stage).ends.length, 0);
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
    const { stage, handle: id } = await withTask();
    const revoker = revokerOf(stage);
    const both = Promise.all([
      revoker.revoke({ ...BY_USER, id }),
      revoker.revoke({ ...BY_USER, id, door: 'agent' }).then((outcome) => {
        assert.equal(firstServer(stage).ends.length, 1);
        return outcome;
      }),
    ]);
    const [first, second] = await climbed(stage, both);
    assert.deepEqual([first.outcome, second.outcome], ['revoked', 'already_ended']);
    assert.equal(stage.task.reason?.by, 'user');
    assert.equal(firstServer(stage).ends.length, 1);
  });
});

suite('what a server is told when it is to stop', () => {
  const reasons = (stage: ProxyStage) =>
    firstServer(stage)
      .all('notifications/cancelled')
      .map(({ params }) => (isJsonObject(params) ? params.reason : params));

  test('P6 a revocation names its door, a timeout its clock', async () => {
    const endings = [
      [(revoker: Revoker, id: string) => revoker.revoke({ ...BY_USER, id }), 'revoked by the user'],
      [(revoker: Revoker, id: HandleId) => revoker.expire(id, 'idle'), 'no progress for too long'],
      [(revoker: Revoker, id: HandleId) => revoker.expire(id, 'total'), 'longer than it may'],
    ] as const;
    for (const [end, words] of endings) {
      const { stage, handle: id } = await withTask();
      await climbed(stage, end(revokerOf(stage), id));
      assert.match(String(reasons(stage)), new RegExp(words));
      assert.equal(reasons(stage).length, 1);
    }
  });

  test('P6 P8 a call before its hand-off is cancelled once, and its end is in the trail', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    stage.server.ending = { ...stage.server.ending, freed: { processes: 1, memoryBytes: 7 } };
    const [call] = stage.calls.all();
    await climbed(stage, revokerOf(stage).revoke({ ...BY_USER, id: call?.id ?? '' }));
    assert.equal(reasons(stage).length, 1);
    const rows = await stage.audit.read();
    assert.deepEqual(
      rows.map(({ action, level, freed }) => [action, level, freed]),
      [
        ['revoked', null, undefined],
        ['revocation_ended', 'terminated', { processes: 1, memoryBytes: 7 }],
      ],
    );
  });
});

suite('a revocation by force', () => {
  test('P6 spares nothing: what was born below the server ends with it', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always', revokeGraceMs: 0 });
    host.callTool(1, 'build');
    await turn();
    const id = handleIn(host.resultOf(1));
    stage.server.descendantsEnding = { ...stage.server.ending, level: 'killed' };
    const revoking = revokerOf(stage).revoke({ ...BY_USER, id, force: true });
    await turn();
    await stage.passTime(0);
    assert.deepEqual(firstServer(stage).ends, [0], 'at once');
    assert.equal((await revoking).level, 'terminated');
  });

  test('P3 P6 what is over or unknown is not ended again', async () => {
    const { stage, handle: id } = await withTask();
    stage.server.answer(stage.server.last('tools/call').id, { content: [] });
    await turn();
    const revoker = revokerOf(stage);
    const ended = await revoker.revoke({ ...BY_USER, id, force: true });
    assert.deepEqual([ended.outcome, ended.row?.status], ['already_ended', 'completed']);
    const unknown = await revoker.revoke({ ...BY_USER, id: 'th_unknown', force: true });
    assert.deepEqual([unknown.outcome, unknown.row], ['unknown', null]);
    assert.deepEqual(stage.server.ends, []);
  });

  test('P3 a task that was revoked before keeps its first reason and level', async () => {
    const { stage, handle: id } = await withTask();
    const revoker = revokerOf(stage);
    await climbed(stage, revoker.revoke({ ...BY_USER, id, note: 'first' }));
    const { reason } = stage.task;
    const second = await revoker.revoke({ id, door: 'supervisor', note: 'second', force: true });
    assert.equal(second.outcome, 'already_ended');
    assert.deepEqual(stage.task.reason, reason);
    const last = (await stage.audit.read()).at(-1);
    assert.deepEqual([last?.action, last?.outcome], ['revoked', 'already_ended']);
  });
});

suite('what an ending freed', () => {
  const ending = {
    level: 'killed',
    freed: { processes: 2, memoryBytes: 1000 },
    survivors: [],
    stuck: [],
  } as const;

  async function revoked(prepare: (stage: ProxyStage) => void): Promise<ProxyStage> {
    const { stage, handle: id } = await withTask();
    prepare(stage);
    await climbed(stage, revokerOf(stage).revoke({ ...BY_USER, id }));
    return stage;
  }

  test('P6 P8 is in the record, in its view and in the trail', async () => {
    const stage = await revoked(({ server }) => {
      server.ending = ending;
    });
    const { reason } = stage.task;
    assert.deepEqual([reason?.level, reason?.freed], ['killed', ending.freed]);
    const [row] = (await stage.audit.read()).filter(({ action }) => action === 'revocation_ended');
    assert.deepEqual([row?.level, row?.freed], ['killed', ending.freed]);
  });

  test('P6 is the sum over all steps of the ladder, and unknown where one of them is', async () => {
    for (const memoryBytes of [500, null]) {
      const stage = await revoked(({ server, calls }) => {
        server.ending = ending;
        server.descendantsEnding = { ...ending, freed: { processes: 3, memoryBytes } };
        // Nobody is attached: the server itself is ended after what it had started.
        for (const { upstream } of calls.all()) upstream?.detach();
      });
      assert.deepEqual(stage.task.reason?.freed, {
        processes: 5,
        memoryBytes: memoryBytes === null ? null : 1500,
      });
    }
  });

  test('P6 nothing of ours was ended: nothing is told', async () => {
    const stage = await revoked(({ server }) => {
      server.ending = { ...ending, level: 'terminated', freed: { processes: 0, memoryBytes: 0 } };
    });
    assert.equal(stage.task.reason?.freed, undefined);
  });

  test('P6 who sleeps in the system is named, and nobody waits for it', async () => {
    const stage = await revoked(({ server }) => {
      server.ending = { ...ending, survivors: [77, 78], stuck: [77] };
    });
    assert.equal(
      stage.task.reason?.note,
      'Not gone yet: process 77 sleeps in the system, where no signal reaches: killed as soon as that ends; could not be ended: 78.',
    );
  });
});

suite('a task whose time is over', () => {
  test('P9 is ended by policy, up the same ladder, and its level is on record', async () => {
    const { stage, handle: id } = await withTask();
    const { outcome } = await climbed(stage, revokerOf(stage).expire(id, 'idle'));
    assert.equal(outcome, 'revoked');
    const { status, reason } = stage.task;
    assert.deepEqual(
      [status, reason?.code, reason?.by, reason?.level],
      ['failed', 'idle_timeout', 'policy', 'terminated'],
    );
    assert.equal(firstServer(stage).ends.length, 1);
  });

  test('P3 a revocation that comes first wins, and one ladder is climbed', async () => {
    const { stage, handle: id } = await withTask();
    const revoker = revokerOf(stage);
    const both = Promise.all([revoker.revoke({ ...BY_USER, id }), revoker.expire(id, 'total')]);
    const [revoked, expired] = await climbed(stage, both);
    assert.deepEqual([revoked.outcome, expired.outcome], ['revoked', 'already_ended']);
    assert.equal(stage.task.reason?.code, 'revoked');
    assert.equal(firstServer(stage).ends.length, 1);
  });
});
