import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { Deadlines, type DeadlineWarning } from '../../../src/registry/deadlines.ts';
import type { Registry } from '../../../src/registry/registry.ts';
import { RunClock } from '../../../src/registry/runClock.ts';
import type { HandleId, TaskDeadlines, TaskRecord } from '../../../src/registry/taskRecord.ts';
import { registryStage } from '../../support/registryStage.ts';
import { aDraft, aTask } from '../../support/taskRecords.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BOTH: TaskDeadlines = { totalTimeoutMs: HOUR_MS, idleTimeoutMs: 10 * MINUTE_MS, ranMs: 0 };
const TOTAL: TaskDeadlines = { ...BOTH, idleTimeoutMs: null };
const PROGRESS = { progress: 1, total: null, message: null };

function stage(t: TestContext) {
  const { clock, registry } = registryStage(t);
  const deadlines = new Deadlines(registry, new RunClock(clock));
  const warned: DeadlineWarning[] = [];
  const expired: string[] = [];
  deadlines.onDidWarn((warning) => void warned.push(warning));
  deadlines.onDidExpire((end) => void expired.push(`${end.handle} ${end.clock}`));
  t.after(() => {
    deadlines.dispose();
    assert.equal(clock.pending, 0, 'no timer is left');
  });
  const create = async (limits: TaskDeadlines): Promise<HandleId> =>
    (await registry.create(aDraft({ deadlines: limits }))).handle;
  const pause = (handle: HandleId, paused: boolean): void =>
    registry.addStored([{ ...recordOf(registry, handle), paused, revision: nextRevision() }]);
  return { clock, registry, deadlines, warned, expired, create, pause };
}

let revision = 100;
function nextRevision(): number {
  revision += 1;
  return revision;
}

function recordOf(registry: Registry, handle: HandleId): TaskRecord {
  return registry.get(handle) ?? assert.fail('no such task');
}

suite('the total clock', () => {
  test('P9 warns once at 80 %, then ends the task', async (t) => {
    const { clock, warned, expired, create } = stage(t);
    const handle = await create(TOTAL);
    clock.advance(48 * MINUTE_MS - 1);
    assert.deepEqual(warned, []);
    clock.advance(1);
    assert.deepEqual(warned, [{ handle, clock: 'total', limitMs: HOUR_MS, ranMs: 48 * MINUTE_MS }]);
    clock.advance(12 * MINUTE_MS - 1);
    assert.deepEqual([warned.length, expired], [1, []]);
    clock.advance(1);
    assert.deepEqual(expired, [`${handle} total`]);
    clock.advance(HOUR_MS);
    assert.equal(expired.length, 1);
  });

  test('P9 starts with the call, not with its hand-off', async (t) => {
    const { clock, deadlines, expired, create } = stage(t);
    const handle = await create({ ...TOTAL, ranMs: 10_000 });
    assert.equal(deadlines.stateOf(handle).total?.ranMs, 10_000);
    clock.advance(HOUR_MS - 10_000);
    assert.deepEqual(expired, [`${handle} total`]);
  });

  test('P9 P5 each durable change takes along how long the task has run', async (t) => {
    const { clock, registry, create } = stage(t);
    const handle = await create(TOTAL);
    clock.advance(7 * MINUTE_MS);
    await registry.apply(handle, { type: 'inputRequired' });
    assert.equal(recordOf(registry, handle).deadlines.ranMs, 7 * MINUTE_MS);
    await registry.apply(handle, { type: 'lost', note: 'gone' });
  });

  test('P9 carries on after a restart where it was', async (t) => {
    const { clock, registry, expired } = stage(t);
    const record = aTask({ deadlines: { ...TOTAL, ranMs: 59 * MINUTE_MS } });
    registry.addStored([record]);
    clock.advance(MINUTE_MS);
    assert.deepEqual(expired, [`${record.handle} total`]);
  });

  test('P9 leaves out the sleep of the machine', async (t) => {
    const { clock, deadlines, warned, expired, create } = stage(t);
    const handle = await create(BOTH);
    clock.advance(MINUTE_MS);
    clock.sleep(9 * HOUR_MS);
    clock.advance(MINUTE_MS);
    const ranMs = deadlines.stateOf(handle).total?.ranMs ?? 0;
    assert.ok(ranMs >= 2 * MINUTE_MS && ranMs <= 2 * MINUTE_MS + 1_000, `${ranMs}`);
    assert.deepEqual([warned, expired], [[], []]);
  });

  test('P9 a wall clock moved an hour forth and back does nothing', async (t) => {
    const { clock, deadlines, warned, expired, create } = stage(t);
    const handle = await create(BOTH);
    clock.moveWall(HOUR_MS);
    clock.advance(MINUTE_MS);
    clock.moveWall(-2 * HOUR_MS);
    clock.advance(MINUTE_MS);
    assert.equal(deadlines.stateOf(handle).total?.ranMs, 2 * MINUTE_MS);
    assert.deepEqual([warned, expired], [[], []]);
  });

  test('P9 a limit of months needs no timer of months', async (t) => {
    const { clock, expired, create } = stage(t);
    await create({ ...TOTAL, totalTimeoutMs: 90 * 24 * HOUR_MS });
    clock.advance(HOUR_MS);
    assert.deepEqual([expired, clock.pending], [[], 1]);
  });

  test('P9 ends with the task', async (t) => {
    const { clock, registry, deadlines, create } = stage(t);
    const handle = await create(BOTH);
    await registry.apply(handle, { type: 'completed', isError: false, resultJson: '{}' });
    assert.deepEqual(deadlines.stateOf(handle), { total: null, idle: null });
    assert.equal(clock.pending, 0);
  });
});

suite('the idle clock', () => {
  test('P9 is armed by the first progress, and starts anew with each', async (t) => {
    const { clock, registry, deadlines, expired, create } = stage(t);
    const handle = await create(BOTH);
    clock.advance(20 * MINUTE_MS);
    assert.equal(deadlines.stateOf(handle).idle, null);
    registry.tick(handle, PROGRESS);
    clock.advance(9 * MINUTE_MS);
    registry.tick(handle, PROGRESS);
    clock.advance(9 * MINUTE_MS);
    assert.equal(deadlines.stateOf(handle).idle?.ranMs, 9 * MINUTE_MS);
    clock.advance(MINUTE_MS);
    assert.deepEqual(expired, [`${handle} idle`]);
  });

  test('P9 the last of a burst of progress counts', async (t) => {
    const { clock, registry, expired, create } = stage(t);
    const handle = await create({ ...BOTH, idleTimeoutMs: MINUTE_MS });
    registry.tick(handle, PROGRESS);
    clock.advance(100);
    registry.tick(handle, PROGRESS);
    clock.advance(MINUTE_MS - 1);
    assert.deepEqual(expired, []);
    clock.advance(300);
    assert.deepEqual(expired, [`${handle} idle`]);
  });

  test('P9 progress from before the hand-off arms it', async (t) => {
    const { registry, deadlines } = stage(t);
    const { handle } = await registry.create(aDraft({ deadlines: BOTH, progress: PROGRESS }));
    assert.equal(deadlines.stateOf(handle).idle?.limitMs, BOTH.idleTimeoutMs);
  });

  test('P9 warns anew once progress has come', async (t) => {
    const { clock, registry, warned, create } = stage(t);
    const handle = await create({ ...BOTH, totalTimeoutMs: null });
    for (let round = 0; round < 2; round += 1) {
      registry.tick(handle, PROGRESS);
      clock.advance(9 * MINUTE_MS);
    }
    assert.deepEqual(
      warned.map(({ clock: name }) => name),
      ['idle', 'idle'],
    );
  });

  test('P9 stands while the task waits for a person; total goes on', async (t) => {
    const { clock, registry, deadlines, expired, create } = stage(t);
    const handle = await create(BOTH);
    registry.tick(handle, PROGRESS);
    clock.advance(MINUTE_MS);
    await registry.apply(handle, { type: 'inputRequired' });
    clock.advance(30 * MINUTE_MS);
    const { idle, total } = deadlines.stateOf(handle);
    assert.deepEqual([idle?.ranMs, total?.ranMs], [MINUTE_MS, 31 * MINUTE_MS]);
    await registry.apply(handle, { type: 'inputProvided' });
    clock.advance(9 * MINUTE_MS);
    assert.deepEqual(expired, [`${handle} idle`]);
  });
});

suite('both clocks', () => {
  test('P9 stand while the task is paused', async (t) => {
    const { clock, registry, deadlines, expired, create, pause } = stage(t);
    const handle = await create(BOTH);
    registry.tick(handle, PROGRESS);
    clock.advance(MINUTE_MS);
    pause(handle, true);
    clock.advance(5 * HOUR_MS);
    assert.equal(clock.pending, 0, 'nothing is waited for');
    pause(handle, false);
    const { idle, total } = deadlines.stateOf(handle);
    assert.deepEqual([idle?.ranMs, total?.ranMs, expired], [MINUTE_MS, MINUTE_MS, []]);
  });

  test('P9 go on after a pause from where they stood, and the record knows', async (t) => {
    const { clock, registry, deadlines, expired, create } = stage(t);
    const handle = await create(BOTH);
    clock.advance(MINUTE_MS);
    await registry.apply(handle, { type: 'paused', by: 'user' });
    assert.equal(recordOf(registry, handle).deadlines.ranMs, MINUTE_MS);
    clock.advance(HOUR_MS);
    registry.tick(handle, PROGRESS);
    clock.advance(HOUR_MS);
    await registry.apply(handle, { type: 'resumed', by: 'user' });
    assert.equal(recordOf(registry, handle).deadlines.ranMs, MINUTE_MS);
    clock.advance(2 * MINUTE_MS);
    const { idle, total } = deadlines.stateOf(handle);
    assert.deepEqual([idle?.ranMs, total?.ranMs, expired], [2 * MINUTE_MS, 3 * MINUTE_MS, []]);
    clock.advance(8 * MINUTE_MS);
    assert.deepEqual(expired, [`${handle} idle`]);
  });

  test('P9 of two that ran out the first one ends the task, and once', async (t) => {
    const { clock, registry, expired, create } = stage(t);
    const handle = await create({ totalTimeoutMs: 4_000, idleTimeoutMs: 1_000, ranMs: 0 });
    registry.tick(handle, PROGRESS);
    clock.sleep(4_500);
    clock.advance(1_000);
    assert.deepEqual(expired, [`${handle} idle`]);
  });

  test('P9 more time holds at once and gets a warning of its own', async (t) => {
    const { clock, registry, deadlines, warned, expired, create } = stage(t);
    const handle = await create(TOTAL);
    clock.advance(59 * MINUTE_MS);
    const [extension] = deadlines.extensionsOf(handle);
    assert.deepEqual(extension, { clock: 'total', byMs: HOUR_MS });
    await registry.apply(handle, { type: 'extended', clock: 'total', byMs: HOUR_MS });
    assert.equal(deadlines.stateOf(handle).total?.limitMs, 2 * HOUR_MS);
    clock.advance(60 * MINUTE_MS);
    assert.deepEqual([warned.length, expired], [2, []]);
    assert.deepEqual(deadlines.extensionsOf(handle), [extension], 'as much as at first');
    clock.advance(MINUTE_MS);
    assert.deepEqual(expired, [`${handle} total`]);
  });

  test('P9 more time goes to the clock that has warned, or to the one that is named', async (t) => {
    const { clock, registry, deadlines, create } = stage(t);
    const handle = await create(BOTH);
    registry.tick(handle, PROGRESS);
    clock.advance(9 * MINUTE_MS);
    assert.deepEqual(deadlines.extensionsOf(handle), [{ clock: 'idle', byMs: 10 * MINUTE_MS }]);
    assert.deepEqual(deadlines.extensionsOf(handle, { clock: 'total', byMs: 5 }), [
      { clock: 'total', byMs: 5 },
    ]);
  });

  test('P9 more time goes to idle where there is no other limit', async (t) => {
    const { deadlines, create } = stage(t);
    const handle = await create({ ...BOTH, totalTimeoutMs: null });
    assert.deepEqual(deadlines.extensionsOf(handle), [{ clock: 'idle', byMs: 10 * MINUTE_MS }]);
  });

  test('P9 a thousand tasks share one timer', async (t) => {
    const { clock, deadlines, expired, create } = stage(t);
    const limits = Array.from({ length: 1_000 }, (_, n) => HOUR_MS - n * 1_000);
    await Promise.all(limits.map((totalTimeoutMs) => create({ ...BOTH, totalTimeoutMs })));
    assert.equal(clock.pending, 1);
    clock.advance(HOUR_MS - 500_000);
    assert.equal(expired.length, 500);
    assert.equal(clock.pending, 1);
    deadlines.dispose();
  });

  test('P9 a task without limits has no clock', async (t) => {
    const { clock, deadlines, create } = stage(t);
    const handle = await create({ totalTimeoutMs: null, idleTimeoutMs: null, ranMs: 0 });
    assert.deepEqual(deadlines.stateOf(handle), { total: null, idle: null });
    assert.deepEqual([deadlines.extensionsOf(handle), clock.pending], [[], 0]);
  });
});
