import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskRow } from '../../../../src/brokerApi/brokerProtocol.ts';
import { isSameShape, shapeOf } from '../../../../src/editor/view/rowOrder.ts';
import { CREATED_MS, completedRow, taskRow } from '../../../support/taskRow.ts';

const at = (second: number) => new Date(CREATED_MS + second * 1000).toISOString();
const live = (id: string, second: number) => taskRow({ id, createdAt: at(second) });
const done = (id: string, endSecond: number) => completedRow(endSecond * 1000, { id });
const isOurs = (row: TaskRow) => row.workspace === 'ws';

suite('row order', () => {
  test('puts live rows first, the newest on top', () => {
    const rows = [done('d', 1), live('a', 1), live('b', 2)];
    const shape = shapeOf(rows, isOurs);
    assert.deepEqual([shape.live, shape.finished], [['b', 'a'], ['d']]);
  });

  test('puts the latest end on top of the finished', () => {
    assert.deepEqual(shapeOf([done('a', 1), done('b', 9)], isOurs).finished, ['b', 'a']);
  });

  test('keeps rows of other windows apart, live ones first', () => {
    const rows = [
      completedRow(1, { id: 'x', workspace: 'other' }),
      taskRow({ id: 'y', workspace: null }),
    ];
    const shape = shapeOf(rows, isOurs);
    assert.deepEqual([shape.live, shape.others], [[], ['y', 'x']]);
  });

  test('closes what finished long before away', () => {
    const rows = [1, 2, 3].map((second) => done(`d${second}`, second));
    const shape = shapeOf(rows, isOurs, 2);
    assert.deepEqual([shape.finished, shape.older], [['d3', 'd2'], ['d1']]);
  });

  test('knows a shape whatever the rows say', () => {
    const rows = [live('a', 1), live('b', 2)];
    const later = rows.map((row) => ({ ...row, percent: 50 }));
    assert.ok(isSameShape(shapeOf(rows, isOurs), shapeOf(later, isOurs)));
    assert.ok(!isSameShape(shapeOf(rows, isOurs), shapeOf(rows.slice(1), isOurs)));
  });
});
