import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type MirrorChange, TaskMirror } from '../../../src/supervise/taskMirror.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { completedRow, taskRow } from '../../support/taskRow.ts';

function stage() {
  const clock = new FakeClock();
  const mirror = new TaskMirror(clock);
  const told: MirrorChange[] = [];
  mirror.onDidChange((changes) => told.push(...changes));
  const ids = (after: number, withProgress = false) =>
    mirror
      .changesAfter(after, { withProgress })
      .map((change) => ('row' in change ? change.row.id : `-${change.gone}`));
  return { clock, mirror, told, ids };
}

suite('the mirror of a supervisor', () => {
  test('P11 numbers every change of state, and tells each once', () => {
    const { mirror, told, ids } = stage();
    mirror.reset([taskRow({ id: 'a' }), taskRow({ id: 'b' })]);
    const start = mirror.sequence;
    mirror.take({ rows: [completedRow(5, { id: 'a' })], removed: [] });
    assert.deepEqual(ids(start), ['a']);
    mirror.take({ rows: [completedRow(5, { id: 'a' })], removed: ['b', 'never'] });
    assert.deepEqual(ids(start), ['a', '-b']);
    assert.deepEqual(ids(mirror.sequence), []);
    assert.deepEqual(
      told.slice(2).map(({ id, changesLive }) => [id, changesLive]),
      [
        ['a', true],
        ['b', true],
      ],
    );
  });

  test('P10 progress counts only where it is asked for', () => {
    const { mirror, ids } = stage();
    mirror.reset([taskRow({ id: 'a' })]);
    const start = mirror.sequence;
    mirror.take({ rows: [taskRow({ id: 'a', percent: 4, message: 'on it' })], removed: [] });
    assert.deepEqual(ids(start), []);
    assert.deepEqual(ids(start, true), ['a']);
    mirror.take({
      rows: [taskRow({ id: 'a', percent: 4, message: 'on it', elapsedMs: 9 })],
      removed: [],
    });
    assert.deepEqual(ids(start + 1, true), [], 'time alone is no change');
  });

  test('P5 what changed while the broker was away is seen by comparison', () => {
    const { mirror, ids } = stage();
    mirror.reset(['a', 'b', 'c'].map((id) => taskRow({ id })));
    const start = mirror.sequence;
    mirror.hold();
    mirror.reset([taskRow({ id: 'a' }), completedRow(3, { id: 'b' }), taskRow({ id: 'd' })]);
    assert.deepEqual(ids(start), ['b', 'd', '-c']);
  });

  test('what is told while a snapshot is made counts after it, unless it is older', () => {
    const { mirror, ids } = stage();
    mirror.hold();
    mirror.take({ rows: [taskRow({ id: 'a' }), completedRow(9, { id: 'b' })], removed: ['c'] });
    const start = mirror.sequence;
    mirror.reset([completedRow(7, { id: 'a' }), taskRow({ id: 'b' }), taskRow({ id: 'c' })]);
    assert.equal(mirror.get('a')?.status, 'completed');
    assert.equal(mirror.get('b')?.status, 'completed');
    assert.equal(mirror.get('c'), undefined);
    assert.deepEqual(ids(start), ['a', 'b', '-c']);
  });

  test('a row that comes again is not gone any more', () => {
    const { mirror, ids } = stage();
    mirror.reset([taskRow({ id: 'a' })]);
    mirror.take({ rows: [], removed: ['a'] });
    assert.equal(mirror.hasGone('a'), true);
    mirror.take({ rows: [taskRow({ id: 'a' })], removed: [] });
    assert.deepEqual(ids(0), ['a']);
  });

  test('P9 the time of a live row goes on, that of a paused one stands', () => {
    const { clock, mirror } = stage();
    mirror.reset([
      taskRow({ id: 'a' }),
      taskRow({ id: 'b', paused: true }),
      completedRow(5, { id: 'c' }),
    ]);
    clock.advance(1_000);
    assert.deepEqual(
      mirror.rows().map(({ elapsedMs }) => elapsedMs),
      [1_000, 0, 5],
    );
  });

  test('remembers a bounded number of rows that have gone', () => {
    const { mirror, ids } = stage();
    const rows = Array.from({ length: 6_000 }, (_, index) => taskRow({ id: `call_${index}` }));
    mirror.reset(rows);
    mirror.take({ rows: [], removed: rows.map(({ id }) => id) });
    assert.equal(ids(0).length, 5_000);
    assert.equal(ids(0).at(-1), '-call_5999');
  });
});
