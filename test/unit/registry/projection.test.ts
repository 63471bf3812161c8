import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { toTaskView } from '../../../src/registry/projection.ts';
import { aTask } from '../../support/taskRecords.ts';

const START = Date.UTC(2026, 0, 1);

suite('task view', () => {
  test('a live task has no time-to-live yet', () => {
    const task = aTask({ progress: { progress: 4, total: 10, message: 'Building' } });
    const view = toTaskView(task, { now: START + 12_000, attached: true });
    assert.equal(view.ttlMs, null);
    assert.deepEqual(
      [view.percent, view.message, view.elapsedMs, view.attached],
      [40, 'Building', 12_000, true],
    );
    assert.equal(view.createdAt, '2026-01-01T00:00:00.000Z');
  });

  test('an ended task counts its time-to-live from creation', () => {
    const task = aTask({
      status: 'completed',
      startedAtMs: START,
      createdAtMs: START + 10_000,
      endedAtMs: START + 30_000,
      ttlMs: 1_000,
    });
    const view = toTaskView(task, { now: START + 99_000, attached: false });
    assert.deepEqual([view.elapsedMs, view.ttlMs], [30_000, 21_000]);
  });

  test('absent facts are absent members', () => {
    const view = toTaskView(aTask(), { now: START, attached: true });
    for (const name of ['percent', 'message', 'reason', 'error']) {
      assert.equal(Object.hasOwn(view, name), false, name);
    }
  });

  test('reason and error go out without their nulls', () => {
    const task = aTask({
      status: 'failed',
      endedAtMs: START,
      reason: { code: 'rpc_error', by: 'upstream', level: null, note: null },
      error: { code: -1, message: 'm', dataJson: '{"secret":1}' },
    });
    const view = toTaskView(task, { now: START, attached: true });
    assert.deepEqual(view.reason, { code: 'rpc_error', by: 'upstream' });
    assert.deepEqual(view.error, { code: -1, message: 'm' });
  });

  test('elapsed time is not negative when the clock went back', () => {
    const view = toTaskView(aTask(), { now: START - 5_000, attached: true });
    assert.equal(view.elapsedMs, 0);
  });
});
