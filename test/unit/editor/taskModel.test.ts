import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type RowsChange, TaskModel } from '../../../src/editor/taskModel.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { completedRow, taskRow } from '../../support/taskRow.ts';

function stage(...snapshot: Parameters<typeof taskRow>[0][]) {
  const model = new TaskModel('ws', new FakeClock(), snapshot.map(taskRow));
  const changes: RowsChange[] = [];
  model.onDidChange((change) => changes.push(change));
  return { model, changes };
}

suite('task model', () => {
  test('P5 has the snapshot before the broker answers', () => {
    const { model } = stage({ id: 'a' });
    assert.equal(model.get('a')?.isStale, true);
    assert.equal(model.isFromBroker, false);
  });

  test('takes the rows of the broker for all there are', () => {
    const { model, changes } = stage({ id: 'a' }, { id: 'gone' });
    model.replace([taskRow({ id: 'a' })]);
    assert.equal(model.get('a')?.isStale, false);
    assert.deepEqual(changes, [{ changed: ['a'], removed: ['gone'], ended: [] }]);
  });

  test('knows when every row is of another window', () => {
    const { model } = stage();
    assert.equal(model.hasOnlyOthers, false);
    model.replace([taskRow({ id: 'a', workspace: 'other' })]);
    assert.equal(model.hasOnlyOthers, true);
    model.apply({ rows: [taskRow({ id: 'b' })], removed: [] });
    assert.equal(model.hasOnlyOthers, false);
  });

  test('tells the end of a task once', () => {
    const { model, changes } = stage({ id: 'a' });
    const row = completedRow(1, { id: 'a' });
    model.apply({ rows: [row], removed: [] });
    model.apply({ rows: [{ ...row, collected: true }], removed: [] });
    assert.deepEqual(
      changes.map(({ ended }) => ended.length),
      [1, 0],
    );
  });

  test('follows a call that becomes a task', () => {
    const { model } = stage();
    model.apply({ rows: [taskRow({ id: 'call1', kind: 'call', handle: null })], removed: [] });
    model.apply({ rows: [taskRow({ id: 'th_1', callId: 'call1' })], removed: ['call1'] });
    assert.deepEqual(
      model.all().map(({ row }) => row.id),
      ['th_1'],
    );
  });

  test('counts only what is live and of this window', () => {
    const { model } = stage();
    model.replace([
      taskRow({ id: 'a' }),
      completedRow(1, { id: 'b' }),
      taskRow({ id: 'c', workspace: 'other' }),
    ]);
    assert.deepEqual(
      model.ownLiveRows().map(({ row }) => row.id),
      ['a'],
    );
  });

  test('gives of this window what is asked for, the newest first', () => {
    const { model } = stage();
    model.replace([
      taskRow({ id: 'old', createdAt: '2026-11-23T10:00:00.000Z' }),
      taskRow({ id: 'new', createdAt: '2026-11-23T11:00:00.000Z' }),
      taskRow({ id: 'unfit', createdAt: '2026-11-23T12:00:00.000Z' }),
      taskRow({ id: 'far', workspace: 'other' }),
    ]);
    assert.deepEqual(
      model.ownRows(({ id }) => id !== 'unfit').map(({ row }) => row.id),
      ['new', 'old'],
    );
    assert.equal(model.ownRows().length, 3);
  });

  test('marks live rows when the broker has gone', () => {
    const { model, changes } = stage();
    model.replace([taskRow({ id: 'a' }), completedRow(1, { id: 'b' })]);
    model.markStale();
    assert.deepEqual(changes.at(-1)?.changed, ['a']);
    assert.deepEqual([model.get('a')?.isStale, model.get('b')?.isStale], [true, false]);
  });
});
