import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskEvent } from '../../../src/registry/taskEvent.ts';
import { isTerminal, type TaskRecord } from '../../../src/registry/taskRecord.ts';
import { transition } from '../../../src/registry/transition.ts';
import { type DiskStep, RacedRegistry } from '../../support/racedRegistry.ts';
import { aTask } from '../../support/taskRecords.ts';

const DEADLINES = { totalTimeoutMs: 14_400_000, idleTimeoutMs: 600_000, ranMs: 0 };

const EVENTS = {
  completed: { type: 'completed', isError: false, resultJson: '{"n":1}' },
  completedAgain: { type: 'completed', isError: true, resultJson: '{"n":2}' },
  failed: { type: 'failed', error: { code: -32603, message: 'no', dataJson: null } },
  upstreamExited: { type: 'upstreamExited', note: 'exit code 1' },
  lost: { type: 'lost', note: 'gone' },
  cancelled: { type: 'cancelled', by: 'agent', note: null },
  revoked: { type: 'revoked', by: 'user', note: null },
  idleTimeout: { type: 'timedOut', clock: 'idle' },
  totalTimeout: { type: 'timedOut', clock: 'total' },
  inputRequired: { type: 'inputRequired' },
  inputProvided: { type: 'inputProvided' },
  extended: { type: 'extended', clock: 'total', byMs: 1_000 },
  revocationEnded: { type: 'revocationEnded', level: 'killed', note: null },
  collected: { type: 'collected' },
} satisfies Record<string, TaskEvent>;

type EventName = keyof typeof EVENTS;
type Race = readonly EventName[];

const NAMES = Object.keys(EVENTS) as EventName[];

/** What each ending makes of a task; all else ends nothing. */
const ENDS: Partial<Record<EventName, string>> = {
  completed: 'completed',
  completedAgain: 'completed',
  failed: 'failed rpc_error',
  upstreamExited: 'failed upstream_exit',
  lost: 'failed lost',
  cancelled: 'cancelled cancelled',
  revoked: 'cancelled revoked',
  idleTimeout: 'failed idle_timeout',
  totalTimeout: 'failed total_timeout',
};
const RESULTS: readonly string[] = ['completed', 'completedAgain'];
const LADDER: readonly string[] = ['revoked', 'idleTimeout', 'totalTimeout'];

/** What a race must come to, told without the transition table: the first ending wins. */
function expected(race: Race) {
  const at = race.findIndex((name) => name in ENDS);
  const winner = race[at];
  const after = at === -1 ? [] : race.slice(at + 1);
  const isAnswered = winner !== undefined && (RESULTS.includes(winner) || winner === 'failed');
  const late = isAnswered ? undefined : after.find((name) => RESULTS.includes(name));
  return {
    end: winner === undefined ? liveStatus(race) : ENDS[winner],
    result: winner !== undefined && RESULTS.includes(winner) ? resultOf(winner) : null,
    late: late === undefined ? null : resultOf(late),
    level: LADDER.includes(winner ?? '') && after.includes('revocationEnded') ? 'killed' : null,
    isCollected: after.includes('collected'),
  };
}

function liveStatus(race: Race): string {
  const last = race.findLast((name) => name === 'inputRequired' || name === 'inputProvided');
  return last === 'inputRequired' ? 'input_required' : 'working';
}

function resultOf(name: EventName): string {
  const event: TaskEvent = EVENTS[name];
  return event.type === 'completed' ? event.resultJson : '';
}

function endOf({ status, reason }: TaskRecord): string {
  return [status, reason?.code].join(' ').trim();
}

function racesFrom(first: EventName): Race[] {
  const pairs = NAMES.map((second) => [first, second]);
  return [...pairs, ...pairs.flatMap((pair) => NAMES.map((third) => [...pair, third]))];
}

/** What the disk does after each of the first two events; after the last it is well. */
const STEPS: readonly DiskStep[] = ['held', 'written', 'failed'];
const SCHEDULES = STEPS.flatMap((first) => STEPS.map((second) => [first, second] as const));

suite('interleavings', () => {
  for (const first of NAMES) {
    test(`P3 ${first}, then any two: the table lets the first end win, for good`, () => {
      for (const race of racesFrom(first)) assertTable(race);
    });

    test(`P3 ${first}, then any two, on a disk that is slow or fails: one end, as on disk`, async () => {
      for (const race of racesFrom(first)) {
        for (const schedule of SCHEDULES) await assertRegistry(race, schedule);
      }
    });
  }
});

function assertTable(race: Race): void {
  let record = aTask({ deadlines: DEADLINES });
  const payloads: Record<string, string> = {};
  for (const name of race) {
    const result = transition(record, EVENTS[name], record.lastUpdatedAtMs + 1);
    if (!result.changed) continue;
    if (isTerminal(record.status)) assert.equal(endOf(result.record), endOf(record), `${race}`);
    if (result.payload) payloads[result.payload.kind] ??= result.payload.json;
    record = result.record;
  }
  assertOutcome(record, payloads, race);
}

async function assertRegistry(race: Race, schedule: readonly DiskStep[]): Promise<void> {
  const what = `${race} on a disk that is ${schedule}`;
  const raced = await RacedRegistry.start(DEADLINES);
  try {
    for (const [index, name] of race.entries()) {
      raced.apply(EVENTS[name]);
      const step = index < race.length - 1 ? schedule[index] : undefined;
      if (step !== undefined) await raced.disk(step);
      raced.assertTold(what);
    }
    const outcomes = await raced.settle();
    raced.assertTold(what);
    const winners = outcomes.filter(({ changed }, index) => changed && isEnd(race, index));
    assert.equal(winners.length, race.some((name) => name in ENDS) ? 1 : 0, what);
    assertOutcome(raced.record, raced.payloads, race);
    assertOneEnd(raced.told, what);
    assert.deepEqual(await raced.reloaded(), raced.record, what);
  } finally {
    raced.dispose();
  }
}

/** Whether the event at this place is the one that ends the task: a late result is none. */
function isEnd(race: Race, index: number): boolean {
  const name = race[index];
  return name !== undefined && name in ENDS && race.findIndex((other) => other in ENDS) === index;
}

function assertOutcome(
  record: TaskRecord,
  payloads: Readonly<Record<string, string>>,
  race: Race,
): void {
  const { result = null, lateResult = null } = payloads;
  const outcome = {
    end: endOf(record),
    result,
    late: lateResult,
    level: record.reason?.level ?? null,
    isCollected: record.collectedAtMs !== null,
  };
  assert.deepEqual(outcome, expected(race), `${race}`);
  assert.deepEqual(
    [record.hasResult, record.hasLateResult],
    [result !== null, lateResult !== null],
    `${race}`,
  );
}

function assertOneEnd(told: readonly TaskRecord[], what: string): void {
  const ends = told.filter((record) => isTerminal(record.status));
  const different = new Set(ends.map((record) => `${endOf(record)} ${record.endedAtMs}`));
  assert.ok(different.size <= 1, `${what}: ${[...different]}`);
  const firstEnd = told.findIndex((record) => isTerminal(record.status));
  if (firstEnd !== -1) assert.equal(told.length - firstEnd, ends.length, what);
}
