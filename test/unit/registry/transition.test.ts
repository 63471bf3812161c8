import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskEvent } from '../../../src/registry/taskEvent.ts';
import { isTerminal, type ReasonCode, type TaskRecord } from '../../../src/registry/taskRecord.ts';
import { transition } from '../../../src/registry/transition.ts';
import { aTask } from '../../support/taskRecords.ts';

const NOW = Date.UTC(2026, 0, 1, 1);

const EVENTS = {
  completed: { type: 'completed', isError: false, resultJson: '{"content":[]}' },
  completedError: { type: 'completed', isError: true, resultJson: '{"isError":true}' },
  failed: { type: 'failed', error: { code: -32603, message: 'no', dataJson: null } },
  inputRequired: { type: 'inputRequired' },
  inputProvided: { type: 'inputProvided' },
  upstreamExited: { type: 'upstreamExited', note: 'exit code 1' },
  lost: { type: 'lost', note: 'gone' },
  cancelled: { type: 'cancelled', by: 'agent', note: null },
  revoked: { type: 'revoked', by: 'user', note: 'no longer wanted' },
  revocationEnded: { type: 'revocationEnded', level: 'killed', note: null },
  serverEnded: { type: 'serverEnded', level: 'killed', note: null },
  idleTimeout: { type: 'timedOut', clock: 'idle' },
  totalTimeout: { type: 'timedOut', clock: 'total' },
  extended: { type: 'extended', clock: 'total', byMs: 1_000 },
  collected: { type: 'collected' },
} satisfies Record<string, TaskEvent>;

type EventName = keyof typeof EVENTS;

function ended(code: ReasonCode, members: Partial<TaskRecord> = {}): TaskRecord {
  const status = code === 'revoked' || code === 'cancelled' ? 'cancelled' : 'failed';
  const reason = { code, by: 'user', level: null, note: null } as const;
  return aTask({ status, reason, endedAtMs: NOW - 1_000, ...members });
}

const completed = aTask({ status: 'completed', hasResult: true, endedAtMs: NOW - 1_000 });
const levelled = { code: 'revoked', by: 'user', level: 'cooperative', note: null } as const;

const LIMITS = { totalTimeoutMs: 60_000, idleTimeoutMs: null, ranMs: 0 };

const STATES = {
  working: aTask(),
  limited: aTask({ deadlines: LIMITS }),
  inputRequired: aTask({ status: 'input_required' }),
  completed,
  completedError: { ...completed, isError: true },
  collected: { ...completed, collectedAtMs: NOW - 500 },
  rpcError: ended('rpc_error'),
  idleTimeout: ended('idle_timeout'),
  totalTimeout: ended('total_timeout'),
  lost: ended('lost'),
  upstreamExit: ended('upstream_exit'),
  cancelled: ended('cancelled'),
  revoked: ended('revoked'),
  revokedLevelled: ended('revoked', { reason: levelled }),
  revokedLate: ended('revoked', { hasLateResult: true }),
} satisfies Record<string, TaskRecord>;

type StateName = keyof typeof STATES;

const LIVE: Record<EventName, string> = {
  completed: 'completed',
  completedError: 'completed',
  failed: 'failed rpc_error',
  inputRequired: 'input_required',
  inputProvided: 'not_applicable',
  upstreamExited: 'failed upstream_exit',
  lost: 'failed lost',
  cancelled: 'cancelled cancelled',
  revoked: 'cancelled revoked',
  revocationEnded: 'not_applicable',
  serverEnded: 'not_applicable',
  idleTimeout: 'failed idle_timeout',
  totalTimeout: 'failed total_timeout',
  extended: 'not_applicable',
  collected: 'not_applicable',
};

const ENDED: Record<EventName, string> = {
  completed: 'terminal',
  completedError: 'terminal',
  failed: 'terminal',
  inputRequired: 'terminal',
  inputProvided: 'terminal',
  upstreamExited: 'terminal',
  lost: 'terminal',
  cancelled: 'terminal',
  revoked: 'terminal',
  revocationEnded: 'not_applicable',
  serverEnded: 'not_applicable',
  idleTimeout: 'terminal',
  totalTimeout: 'terminal',
  extended: 'terminal',
  collected: 'collected',
};

const UNANSWERED = { ...ENDED, completed: 'late result', completedError: 'late result' };

const TABLE: Record<StateName, Record<EventName, string>> = {
  working: LIVE,
  limited: { ...LIVE, extended: 'longer' },
  inputRequired: { ...LIVE, inputRequired: 'not_applicable', inputProvided: 'working' },
  completed: ENDED,
  completedError: ENDED,
  collected: { ...ENDED, collected: 'not_applicable' },
  rpcError: ENDED,
  idleTimeout: { ...UNANSWERED, revocationEnded: 'level' },
  totalTimeout: { ...UNANSWERED, revocationEnded: 'level' },
  lost: UNANSWERED,
  upstreamExit: UNANSWERED,
  cancelled: UNANSWERED,
  revoked: { ...UNANSWERED, revocationEnded: 'level' },
  revokedLevelled: { ...UNANSWERED, serverEnded: 'level' },
  revokedLate: { ...ENDED, revocationEnded: 'level' },
};

function outcomeOf(before: TaskRecord, event: TaskEvent): string {
  const result = transition(before, event, NOW);
  if (!result.changed) return result.why;
  const after = result.record;
  if (after.status !== before.status) return [after.status, after.reason?.code].join(' ').trim();
  if (after.hasLateResult !== before.hasLateResult) return 'late result';
  if (after.collectedAtMs !== before.collectedAtMs) return 'collected';
  if (after.deadlines !== before.deadlines) return 'longer';
  return after.reason?.level === before.reason?.level ? 'other' : 'level';
}

suite('transition', () => {
  for (const [state, row] of Object.entries(TABLE) as [StateName, Record<EventName, string>][]) {
    for (const [name, expected] of Object.entries(row) as [EventName, string][]) {
      test(`P3 ${name} on ${state} gives ${expected}`, () => {
        assert.equal(outcomeOf(STATES[state], EVENTS[name]), expected);
      });
    }
  }

  test('P3 no event changes a terminal status, end or reason code', () => {
    for (const before of Object.values(STATES).filter((task) => isTerminal(task.status))) {
      for (const event of Object.values(EVENTS)) {
        const result = transition(before, event, NOW);
        if (!result.changed) continue;
        const { status, endedAtMs, reason, hasResult } = result.record;
        assert.deepEqual(
          [status, endedAtMs, reason?.code, hasResult],
          [before.status, before.endedAtMs, before.reason?.code, before.hasResult],
        );
      }
    }
  });

  test('every change raises the revision by one and moves the time on', () => {
    for (const before of Object.values(STATES)) {
      for (const event of Object.values(EVENTS)) {
        const result = transition(before, event, NOW);
        if (!result.changed) continue;
        assert.equal(result.record.revision, before.revision + 1);
        assert.equal(result.record.lastUpdatedAtMs, NOW);
      }
    }
  });

  test('time never goes back when the clock does', () => {
    const before = aTask({ lastUpdatedAtMs: NOW });
    const result = transition(before, EVENTS.revoked, NOW - 60_000);
    assert.ok(result.changed);
    assert.equal(result.record.lastUpdatedAtMs, NOW);
    assert.equal(result.record.endedAtMs, NOW);
  });

  test('the record that was judged stays untouched', () => {
    const before = Object.freeze(aTask());
    transition(before, EVENTS.completed, NOW);
    assert.equal(before.status, 'working');
  });

  test('a result travels beside its record', () => {
    const result = transition(STATES.working, EVENTS.completedError, NOW);
    assert.ok(result.changed);
    assert.deepEqual(result.payload, { kind: 'result', json: '{"isError":true}' });
    assert.deepEqual([result.record.hasResult, result.record.isError], [true, true]);
  });

  test('P4 a late result is kept apart and is no result', () => {
    const result = transition(STATES.revoked, EVENTS.completed, NOW);
    assert.ok(result.changed);
    assert.deepEqual(result.payload, { kind: 'lateResult', json: '{"content":[]}' });
    assert.deepEqual([result.record.hasResult, result.record.status], [false, 'cancelled']);
  });

  test('the end of a revocation keeps who asked and why', () => {
    const revoked = transition(aTask(), EVENTS.revoked, NOW);
    assert.ok(revoked.changed);
    const event = { type: 'revocationEnded', level: 'terminated', note: '1 survivor' } as const;
    const result = transition(revoked.record, event, NOW);
    assert.ok(result.changed);
    assert.deepEqual(result.record.reason, {
      code: 'revoked',
      by: 'user',
      level: 'terminated',
      note: 'no longer wanted; 1 survivor',
    });
  });

  test('an end also ends a pause', () => {
    const result = transition(aTask({ paused: true }), EVENTS.revoked, NOW);
    assert.ok(result.changed);
    assert.equal(result.record.paused, false);
  });

  test('a JSON-RPC error is kept with its numbers', () => {
    const result = transition(aTask(), EVENTS.failed, NOW);
    assert.ok(result.changed);
    assert.deepEqual(result.record.error, { code: -32603, message: 'no', dataJson: null });
    assert.equal(result.record.reason?.by, 'upstream');
  });

  test('P8 more time is given up to what is allowed, and no more after that', () => {
    const more = { type: 'extended', clock: 'total', byMs: 50_000, atMostMs: 80_000 } as const;
    const result = transition(STATES.limited, more, NOW);
    assert.ok(result.changed);
    assert.equal(result.record.deadlines.totalTimeoutMs, 80_000);
    const again = transition(result.record, more, NOW);
    assert.deepEqual([again.changed, 'why' in again && again.why], [false, 'not_applicable']);
  });
});
