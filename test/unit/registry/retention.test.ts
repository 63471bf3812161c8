import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { Retention } from '../../../src/registry/retention.ts';
import type { TaskRecord } from '../../../src/registry/taskRecord.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { registryStage } from '../../support/registryStage.ts';
import { settle } from '../../support/settle.ts';
import { aTask } from '../../support/taskRecords.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);

function ended(endedAtMs: number, members: Partial<TaskRecord> = {}): TaskRecord {
  return aTask({ status: 'completed', hasResult: true, endedAtMs, ttlMs: HOUR_MS, ...members });
}

function stage(t: TestContext, { keptHandles = 100, clock = new FakeClock() } = {}) {
  const parts = registryStage(t, clock);
  const { registry, store: archive, log } = parts;
  const time = registry.time;
  const retention = new Retention({ registry, archive, clock, log, time, keptHandles });
  t.after(() => retention.dispose());
  return { ...parts, retention };
}

async function holding(parts: ReturnType<typeof stage>, records: readonly TaskRecord[]) {
  for (const record of records) parts.store.records.set(record.handle, record);
  await parts.registry.load();
}

suite('retention', () => {
  test('P1 a handle whose ttl is over answers that it has expired', async (t) => {
    const parts = stage(t);
    const [old, young] = [ended(START_MS - 2 * HOUR_MS), ended(START_MS)];
    await holding(parts, [old, young]);
    const removed: string[] = [];
    parts.registry.onDidRemove((handle) => void removed.push(handle));
    await parts.retention.sweep();
    assert.deepEqual(removed, [old.handle]);
    assert.deepEqual(await parts.registry.find(old.handle), { kind: 'expired' });
    assert.equal((await parts.registry.find(young.handle)).kind, 'task');
    assert.equal((await parts.registry.find(aTask().handle)).kind, 'unknown');
    assert.equal(parts.audit.rows.at(-1)?.action, 'expired');
  });

  test('P4 a live task never expires', async (t) => {
    const parts = stage(t);
    const live = aTask({ createdAtMs: START_MS - 1_000 * HOUR_MS, ttlMs: 1 });
    await holding(parts, [live]);
    await parts.retention.sweep();
    assert.equal(parts.registry.get(live.handle)?.status, 'working');
  });

  test('P4 a clock that was wrong ends no result early', async (t) => {
    const parts = stage(t);
    const from1970 = ended(5_000);
    const fromTomorrow = ended(START_MS + 24 * HOUR_MS);
    await holding(parts, [from1970, fromTomorrow]);
    await parts.retention.sweep();
    assert.equal(parts.registry.size, 2);
  });

  test('P4 nothing expires while the clock itself is wrong', async (t) => {
    const parts = stage(t, { clock: new FakeClock(86_400_000) });
    await holding(parts, [ended(1_000)]);
    await parts.retention.sweep();
    assert.equal(parts.registry.size, 1);
  });

  test('P4 the oldest ends go to an archive and still resolve', async (t) => {
    const parts = stage(t, { keptHandles: 10 });
    const records = Array.from({ length: 12 }, (_, index) => ended(START_MS - index));
    await holding(parts, records);
    await parts.retention.sweep();
    assert.equal(parts.registry.size, 9);
    const oldest = await parts.registry.find(records[11]?.handle ?? 'th_');
    assert.ok(oldest.kind === 'task' && oldest.isArchived);
    const archived = await parts.registry.listArchived(10);
    assert.deepEqual(
      archived.map(({ handle }) => handle),
      [9, 10, 11].map((index) => records[index]?.handle),
    );
  });

  test('live tasks are not archived however many there are', async (t) => {
    const parts = stage(t, { keptHandles: 1 });
    await holding(parts, [aTask(), aTask(), aTask()]);
    await parts.retention.sweep();
    assert.equal(parts.registry.size, 3);
  });

  test('a disk that refuses leaves all as it is until the next sweep', async (t) => {
    const parts = stage(t);
    const old = ended(START_MS - 2 * HOUR_MS);
    await holding(parts, [old]);
    parts.store.fail();
    await parts.retention.sweep();
    assert.equal((await parts.registry.find(old.handle)).kind, 'task');
    parts.store.heal();
    parts.clock.advance(60_000);
    await settle();
    assert.equal((await parts.registry.find(old.handle)).kind, 'expired');
  });
});
