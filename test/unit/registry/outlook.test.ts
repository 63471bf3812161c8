import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { DeadlineState } from '../../../src/registry/deadlines.ts';
import { outlookOf } from '../../../src/registry/outlook.ts';
import { toTaskView } from '../../../src/registry/projection.ts';
import { aTask } from '../../support/taskRecords.ts';

const TOTAL = { limitMs: 100, ranMs: 40, isWarned: false };
const ESTIMATE = { totalMs: 90, samples: 3 };

function outlook(state: DeadlineState = { total: TOTAL, idle: null }) {
  return outlookOf({ stateOf: () => state }, { estimateOf: () => ESTIMATE });
}

suite('the outlook of a task', () => {
  test('P9 P10 tells its clocks and what to expect', () => {
    const task = aTask();
    const view = toTaskView(task, { now: 0, attached: true, outlook: outlook()(task) });
    assert.deepEqual(view.deadlines, { total: { limitMs: 100, ranMs: 40 } });
    assert.deepEqual(view.estimate, ESTIMATE);
    assert.equal(view.percent, undefined);
  });

  test('P10 holds no guess where the task tells its own total', () => {
    const task = aTask({ progress: { progress: 1, total: 4, message: null } });
    assert.equal(outlook()(task).estimate, undefined);
  });

  test('says nothing of a task that has ended', () => {
    assert.deepEqual(outlook()(aTask({ status: 'completed' })), {});
  });

  test('P9 names no clock where there is none', () => {
    assert.deepEqual(outlook({ total: null, idle: null })(aTask()), { estimate: ESTIMATE });
  });
});
