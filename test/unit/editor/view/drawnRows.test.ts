import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DrawnRows } from '../../../../src/editor/view/drawnRows.ts';
import { CREATED_MS, taskRow } from '../../../support/taskRow.ts';

const seen = (percent: number) => ({
  row: taskRow({ percent }),
  seenAtMs: CREATED_MS,
  isStale: false,
});

suite('drawn rows', () => {
  test('tells a row once for each look', () => {
    const drawn = new DrawnRows();
    assert.ok(drawn.update(seen(10), CREATED_MS, 'bar'));
    assert.ok(!drawn.update(seen(10), CREATED_MS + 900, 'bar'));
    assert.ok(drawn.update(seen(11), CREATED_MS + 900, 'bar'));
    assert.ok(drawn.update(seen(11), CREATED_MS + 1000, 'bar'), 'a second has passed');
  });

  test('tells a forgotten row again', () => {
    const drawn = new DrawnRows();
    drawn.update(seen(10), CREATED_MS, 'bar');
    drawn.forget(taskRow().id);
    assert.ok(drawn.update(seen(10), CREATED_MS, 'bar'));
  });
});
