import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { TaskHandlesError } from '../../../src/common/errors.ts';
import { newHandleId } from '../../../src/registry/handleId.ts';
import { Registry } from '../../../src/registry/registry.ts';
import type { TaskEvent } from '../../../src/registry/taskEvent.ts';
import type { TaskRecord } from '../../../src/registry/taskRecord.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { MemoryAuditTrail } from '../../support/memoryAuditTrail.ts';
import { MemoryTaskStore } from '../../support/memoryTaskStore.ts';
import { settle } from '../../support/settle.ts';
import { aDraft, aTask } from '../../support/taskRecords.ts';

const COMPLETED: TaskEvent = { type: 'completed', isError: false, resultJson: '{"n":1}' };
const REVOKED: TaskEvent = { type: 'revoked', by: 'user', note: null };

function stage(t: TestContext) {
  const store = new MemoryTaskStore();
  const audit = new MemoryAuditTrail();
  const clock = new FakeClock();
  const lines: string[] = [];
  const log = { write: (level: string, text: string) => void lines.push(`${level} ${text}`) };
  const registry = new Registry({ store, archive: store, audit, clock, log });
  const changes: TaskRecord[] = [];
  registry.onDidChange((record) => void changes.push(record));
  t.after(() => registry.dispose());
  return { store, audit, clock, registry, changes, lines };
}

suite('registry: writing', () => {
  test('P1 a handle is told only after its record is on disk', async (t) => {
    const { store, registry, changes } = stage(t);
    const release = store.hold();
    const created = registry.create(aDraft());
    await settle();
    assert.deepEqual([changes.length, registry.list().length], [0, 0]);
    release();
    const record = await created;
    assert.deepEqual(store.records.get(record.handle), record);
    assert.deepEqual([changes[0]?.handle, registry.get(record.handle)], [record.handle, record]);
  });

  test('P1 a handle that cannot be written does not exist', async (t) => {
    const { store, registry, changes } = stage(t);
    store.fail();
    await assert.rejects(registry.create(aDraft()), { code: 'store_failed' });
    assert.deepEqual([registry.list().length, changes.length, store.records.size], [0, 0, 0]);
  });

  test('P1 a status shows only after its record is on disk', async (t) => {
    const { store, registry, changes } = stage(t);
    const { handle } = await registry.create(aDraft());
    const release = store.hold();
    const applied = registry.apply(handle, COMPLETED);
    await settle();
    assert.equal(registry.get(handle)?.status, 'working');
    assert.equal(registry.list()[0]?.status, 'working');
    assert.equal(await registry.readResult(handle), null);
    release();
    assert.equal((await applied).record.status, 'completed');
    assert.deepEqual(
      changes.map((record) => record.status),
      ['working', 'completed'],
    );
    assert.equal(await registry.readResult(handle), '{"n":1}');
  });

  test('P3 of racing ends exactly one wins', async (t) => {
    const { registry } = stage(t);
    const { handle } = await registry.create(aDraft());
    const events: TaskEvent[] = [
      REVOKED,
      COMPLETED,
      { type: 'timedOut', clock: 'total' },
      { type: 'lost', note: '' },
      { type: 'cancelled', by: 'agent', note: null },
    ];
    const outcomes = await Promise.all(events.map((event) => registry.apply(handle, event)));
    assert.deepEqual(
      outcomes.map((outcome) => outcome.record.status),
      ['cancelled', 'cancelled', 'cancelled', 'cancelled', 'cancelled'],
    );
    assert.equal(outcomes.filter((outcome) => outcome.changed).length, 2, 'revoked, late result');
    assert.equal(registry.get(handle)?.reason?.code, 'revoked');
    assert.equal(await registry.readResult(handle), null);
    assert.equal(await registry.readLateResult(handle), '{"n":1}');
  });

  test('P3 the loser of a race is told after the winner is on disk', async (t) => {
    const { store, registry } = stage(t);
    const { handle } = await registry.create(aDraft());
    const release = store.hold();
    const winner = registry.apply(handle, REVOKED);
    let isTold = false;
    const loser = registry.apply(handle, REVOKED).finally(() => {
      isTold = true;
    });
    await settle();
    assert.equal(isTold, false);
    release();
    await winner;
    assert.deepEqual(await loser, { changed: false, record: registry.get(handle) });
  });

  test('P3 a decided end is written when the disk is back', async (t) => {
    const { store, clock, registry, lines } = stage(t);
    const { handle } = await registry.create(aDraft());
    store.fail();
    const revoked = registry.apply(handle, REVOKED);
    const completed = registry.apply(handle, COMPLETED);
    for (let attempt = 0; attempt < 5; attempt++) {
      await settle();
      clock.advance(60_000);
    }
    assert.equal(registry.get(handle)?.status, 'working');
    assert.equal(lines.filter((line) => line.startsWith('error')).length, 1);
    store.heal();
    await settle();
    clock.advance(60_000);
    assert.equal((await revoked).record.reason?.code, 'revoked');
    assert.equal((await completed).record.hasLateResult, true);
    assert.equal((await registry.create(aDraft())).status, 'working');
    assert.deepEqual(lines.length, 2);
  });

  test('a broker that lost its lock does not try again', async (t) => {
    const { store, registry } = stage(t);
    const { handle } = await registry.create(aDraft());
    store.failure = new TaskHandlesError('lock_lost', 'Another broker has taken over.');
    await assert.rejects(registry.apply(handle, REVOKED), { code: 'lock_lost' });
    assert.equal(store.attempts.length, 2);
    await registry.flush();
  });

  test('flush resolves when no write is under way', async (t) => {
    const { store, registry } = stage(t);
    const { handle } = await registry.create(aDraft());
    const release = store.hold();
    const applied = registry.apply(handle, REVOKED);
    const flushed = registry.flush().then(() => registry.get(handle)?.status);
    release();
    assert.equal(await flushed, 'cancelled');
    await applied;
  });

  test('disposal ends waiting for a failing disk', async (t) => {
    const { store, clock, registry } = stage(t);
    const { handle } = await registry.create(aDraft());
    store.fail();
    const applied = registry.apply(handle, REVOKED);
    await settle();
    registry.dispose();
    await assert.rejects(applied, { code: 'store_failed' });
    assert.equal(clock.pending, 0);
  });

  test('an unknown handle is refused', async (t) => {
    const { registry } = stage(t);
    const handle = newHandleId();
    await assert.rejects(registry.apply(handle, REVOKED), { code: 'no_such_handle' });
    assert.equal(await registry.readResult(handle), null);
    assert.equal(registry.get(handle), undefined);
  });
});

suite('registry: reading', () => {
  test('one bad record hides no other', async (t) => {
    const { store, registry, lines } = stage(t);
    const good = aTask();
    store.records.set('a', { ...good, status: 'sleeping' });
    store.records.set('b', good);
    store.records.set('c', null);
    store.records.set('d', { ...aTask(), schemaVersion: 99 });
    await registry.load();
    assert.deepEqual(registry.list(), [good]);
    assert.equal(lines.length, 3);
  });

  test('of two records of one task the later one holds', async (t) => {
    const { registry } = stage(t);
    const later = aTask({ revision: 9, status: 'input_required' });
    registry.addStored([later, { ...later, revision: 8, status: 'working' }]);
    assert.equal(registry.get(later.handle)?.status, 'input_required');
  });

  test('P5 a live task without its upstream is lost', async (t) => {
    const { store, registry } = stage(t);
    const [held, orphan] = [aTask(), aTask()];
    const done = aTask({ status: 'completed', endedAtMs: 1 });
    for (const record of [held, orphan, done]) store.records.set(record.handle, record);
    await registry.load();
    await registry.loseOrphans((record) => record.handle === held.handle);
    const lost = registry.get(orphan.handle);
    assert.deepEqual(
      [lost?.status, lost?.reason?.code, lost?.reason?.by],
      ['failed', 'lost', 'broker'],
    );
    assert.ok(lost?.reason?.note);
    assert.equal(registry.get(held.handle)?.status, 'working');
    assert.deepEqual(registry.get(done.handle), done);
    assert.deepEqual(store.records.get(orphan.handle), lost);
  });

  test('lists live tasks first, then the newest end', async (t) => {
    const { registry } = stage(t);
    const young = aTask({ startedAtMs: 20 });
    const old = aTask({ startedAtMs: 10, status: 'input_required' });
    const ended = aTask({ status: 'failed', endedAtMs: 5 });
    const endedLater = aTask({ status: 'cancelled', endedAtMs: 6 });
    registry.addStored([ended, young, endedLater, old]);
    assert.deepEqual(registry.list(), [old, young, endedLater, ended]);
  });

  test('lists by workspace and route', async (t) => {
    const { registry } = stage(t);
    const nowhere = aTask({ workspace: null });
    const elsewhere = aTask({ workspace: 'w2' });
    const other = aTask({ route: 'other' });
    registry.addStored([nowhere, elsewhere, other]);
    assert.deepEqual(registry.list({ workspace: null }), [nowhere]);
    assert.deepEqual(registry.list({ workspace: 'w2' }), [elsewhere]);
    assert.deepEqual(registry.list({ route: 'other' }), [other]);
    assert.deepEqual(registry.list({ route: 'other', workspace: 'w2' }), []);
    assert.equal(registry.list().length, 3);
  });
});

suite('registry: progress', () => {
  function ticking(t: TestContext) {
    const staged = stage(t);
    const ticks: (number | undefined)[] = [];
    staged.registry.onDidTick((record) => void ticks.push(record.progress?.progress));
    const tick = (handle: TaskRecord['handle'], progress: number) =>
      staged.registry.tick(handle, { progress, total: 100, message: null });
    return { ...staged, ticks, tick };
  }

  test('P10 ticks are told at most four times a second, the last one always', async (t) => {
    const { registry, clock, ticks, tick } = ticking(t);
    const { handle } = await registry.create(aDraft());
    for (let progress = 1; progress <= 50; progress++) {
      tick(handle, progress);
      clock.advance(10);
    }
    clock.advance(1_000);
    assert.deepEqual(ticks, [1, 25, 50]);
  });

  test('a tick shows at once and is not written at once', async (t) => {
    const { registry, store, tick } = ticking(t);
    const { handle } = await registry.create(aDraft());
    tick(handle, 5);
    assert.equal(registry.get(handle)?.progress?.progress, 5);
    assert.equal(store.attempts.length, 1);
  });

  test('progress alone is written at most every five seconds', async (t) => {
    const { registry, clock, store, tick } = ticking(t);
    const { handle } = await registry.create(aDraft());
    for (let second = 1; second <= 21; second++) {
      tick(handle, second);
      clock.advance(1_000);
      await settle();
    }
    assert.deepEqual(
      store.attempts.map((record) => record.progress?.progress),
      [undefined, 5, 10, 15, 20],
    );
    assert.deepEqual(
      store.attempts.map((record) => record.revision),
      [1, 2, 3, 4, 5],
    );
  });

  test('a snapshot that fails does no harm', async (t) => {
    const { registry, clock, store, tick } = ticking(t);
    const { handle } = await registry.create(aDraft());
    tick(handle, 5);
    store.fail();
    clock.advance(5_000);
    await settle();
    store.heal();
    assert.equal((await registry.apply(handle, COMPLETED)).record.progress?.progress, 5);
  });

  test('P10 the last progress is in the record that ends the task', async (t) => {
    const { registry, clock, store, ticks, tick } = ticking(t);
    const { handle } = await registry.create(aDraft());
    tick(handle, 5);
    tick(handle, 7);
    const { record } = await registry.apply(handle, REVOKED);
    assert.equal(record.progress?.progress, 7);
    assert.deepEqual(store.records.get(handle), record);
    tick(handle, 8);
    clock.advance(10_000);
    assert.deepEqual([registry.get(handle), ticks], [record, [5]]);
    assert.equal(clock.pending, 0);
  });

  test('a tick for an unknown handle is ignored', async (t) => {
    const { ticks, tick } = ticking(t);
    tick(newHandleId(), 5);
    assert.deepEqual(ticks, []);
  });
});
