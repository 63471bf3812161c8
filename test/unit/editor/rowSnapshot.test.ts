import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readSnapshot, SnapshotWriter } from '../../../src/editor/rowSnapshot.ts';
import { TaskModel } from '../../../src/editor/taskModel.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeMemory } from '../../support/fakeMemory.ts';
import { taskRow } from '../../support/taskRow.ts';

function stage() {
  const clock = new FakeClock();
  const memory = new FakeMemory();
  const model = new TaskModel('ws', clock);
  return { clock, memory, model, writer: new SnapshotWriter(model, memory, clock) };
}

suite('row snapshot', () => {
  test('P5 holds the rows and their time at the reload', () => {
    const { clock, memory, model } = stage();
    model.replace([taskRow()]);
    clock.advance(1_000);
    const [row] = readSnapshot(memory);
    assert.deepEqual(row, { ...taskRow(), elapsedMs: 1_000 });
  });

  test('P9 holds the time of a task by its clock, and a pause as it stands', () => {
    const { clock, memory, model } = stage();
    const deadlines = { total: { limitMs: 9_000, ranMs: 3_000 } };
    const paused = taskRow({ id: 'paused', deadlines, paused: true, elapsedMs: 5_000 });
    model.replace([taskRow({ deadlines, elapsedMs: 5_000 }), paused]);
    clock.advance(1_000);
    const kept = readSnapshot(memory).map((row) => [row.elapsedMs, row.deadlines?.total?.ranMs]);
    assert.deepEqual(kept.sort(), [
      [5_000, 3_000],
      [6_000, 4_000],
    ]);
  });

  test('is written once for many changes', () => {
    const { clock, memory, model } = stage();
    for (let percent = 0; percent < 50; percent += 1) {
      model.apply({ rows: [taskRow({ percent })], removed: [] });
    }
    clock.advance(1_000);
    assert.equal(memory.writes, 1);
  });

  test('is written at once when the window closes', () => {
    const { memory, model, writer } = stage();
    model.replace([taskRow()]);
    writer.dispose();
    assert.equal(readSnapshot(memory).length, 1);
  });

  test('keeps no more than a hundred rows', () => {
    const { memory, model, writer } = stage();
    model.replace(Array.from({ length: 130 }, (_, index) => taskRow({ id: `id${index}` })));
    writer.dispose();
    assert.equal(readSnapshot(memory).length, 100);
  });

  test('leaves out what is no row', () => {
    const memory = new FakeMemory({ rows: [taskRow(), { id: 'x' }, null, 7] });
    assert.equal(readSnapshot(memory).length, 1);
    assert.deepEqual(readSnapshot(new FakeMemory({ rows: 'no' })), []);
  });
});
