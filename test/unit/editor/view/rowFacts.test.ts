import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { contextOf, isLimited } from '../../../../src/editor/view/rowFacts.ts';
import { completedRow, taskRow } from '../../../support/taskRow.ts';

const deadlines = { total: { limitMs: 1_000, ranMs: 0 } };

suite('row facts', () => {
  test('P9 offer more time only to what runs against a clock', () => {
    assert.deepEqual(
      [taskRow({ deadlines }), taskRow({ deadlines: {} }), taskRow()].map(contextOf),
      ['task.live.limited', 'task.live', 'task.live'],
    );
    assert.ok(!isLimited(completedRow(0, { deadlines })));
    assert.equal(contextOf(completedRow(0, { deadlines })), 'task.completed');
  });
});
