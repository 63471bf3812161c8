import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  failureOf,
  hasErrorResult,
  legacyTask,
  modernTask,
} from '../../../../../src/proxy/downstream/nativeTasks/taskShapes.ts';
import { toTaskView } from '../../../../../src/registry/projection.ts';
import type { TaskEvent } from '../../../../../src/registry/taskEvent.ts';
import type { TaskRecord } from '../../../../../src/registry/taskRecord.ts';
import { transition } from '../../../../../src/registry/transition.ts';
import { aTask } from '../../../../support/taskRecords.ts';

const ENDED_AFTER_MS = 5_000;

/** The record after this has happened to a live task. */
function after(event: TaskEvent): TaskRecord {
  const task = aTask({ ttlMs: 60_000 });
  const next = transition(task, event, task.createdAtMs + ENDED_AFTER_MS);
  return next.changed ? next.record : assert.fail(`nothing happens by ${event.type}`);
}

function viewOf(record: TaskRecord) {
  return toTaskView(record, { now: record.lastUpdatedAtMs, attached: false });
}

const done = (isError: boolean): TaskEvent => ({ type: 'completed', isError, resultJson: '{}' });
const error = { code: -32050, message: 'panic', dataJson: '[1]' };

/** What happened, the status in either view, and what the message says, if any. */
const ENDS: readonly [string, TaskEvent, string, RegExp | null][] = [
  ['a result', done(false), 'completed', null],
  ['a tool error', done(true), 'completed', null],
  ['a JSON-RPC error', { type: 'failed', error }, 'failed', /failed: panic/],
  [
    'a revocation',
    { type: 'revoked', by: 'user', note: 'no' },
    'cancelled',
    /the user\. no Do not/,
  ],
  ['a cancel', { type: 'cancelled', by: 'agent', note: null }, 'cancelled', /before its handle/],
  ['a timeout', { type: 'timedOut', clock: 'idle' }, 'failed', /took too long/],
  ['the end of its server', { type: 'upstreamExited', note: 'x' }, 'failed', /its server ended/],
  ['being lost', { type: 'lost', note: 'x' }, 'failed', /nobody knows.*Check what it has done/],
];

suite('a task that ended by', () => {
  for (const [what, event, status, words] of ENDS) {
    test(`${what} is ${status} in both generations, and says why`, () => {
      const view = viewOf(after(event));
      for (const task of [modernTask(view), legacyTask(view, { isFailed: false })]) {
        assert.equal(task.status, status);
        if (words === null) assert.equal(task.statusMessage, undefined);
        else assert.match(task.statusMessage ?? '', words);
      }
      assert.equal(modernTask(view).ttlMs, ENDED_AFTER_MS + 60_000);
      assert.equal(legacyTask(view, { isFailed: false }).ttl, ENDED_AFTER_MS + 60_000);
    });
  }

  test('a tool error is failed where the letter of 2025-11-25 is asked for', () => {
    assert.equal(hasErrorResult(after(done(true))), true);
    assert.equal(hasErrorResult(after(done(false))), false);
    assert.equal(legacyTask(viewOf(after(done(true))), { isFailed: true }).status, 'failed');
  });

  test('its server’s error keeps that error, others name our reason', () => {
    const failed = after({ type: 'failed', error });
    const { code, message } = error;
    assert.deepEqual(failureOf(failed, viewOf(failed)), { code, message, data: [1] });
    const lost = after({ type: 'lost', note: 'x' });
    const failure = failureOf(lost, viewOf(lost));
    assert.equal(failure.code, -32603);
    assert.deepEqual(failure.data, { code: 'lost' });
  });
});

suite('a live task', () => {
  test('has no ttl yet, whole durations, and says how far it is', () => {
    const progress = { progress: 1, total: 2, message: 'linking' };
    const view = viewOf(aTask({ progress, pollIntervalMs: 333.3 }));
    const { ttlMs, pollIntervalMs, statusMessage, status } = modernTask(view);
    assert.deepEqual([ttlMs, pollIntervalMs, status], [null, 333, 'working']);
    assert.equal(statusMessage, '50 %, linking');
    assert.equal(legacyTask(view, { isFailed: false }).ttl, null);
  });
});
