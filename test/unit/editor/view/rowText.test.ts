import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskRow } from '../../../../src/brokerApi/brokerProtocol.ts';
import {
  descriptionOf,
  labelOf,
  spokenLabelOf,
  stateText,
  titleOf,
} from '../../../../src/editor/view/rowText.ts';
import { CREATED_MS, completedRow, taskRow } from '../../../support/taskRow.ts';

const MINUTE = 60_000;
const seen = (row: TaskRow, isStale = false) => ({ row, seenAtMs: CREATED_MS, isStale });

suite('row text', () => {
  test('labels a row with tool and argument', () => {
    assert.equal(labelOf(taskRow()), 'echo · npm run build');
  });

  test('leaves an absent argument out', () => {
    assert.equal(labelOf(taskRow({ argument: '' })), 'echo');
  });

  test('keeps a long label short and its title whole', () => {
    const row = taskRow({ tool: 'trigger-long-running-operation', argument: 'duration=30' });
    assert.equal(labelOf(row), 'trigger-long-runnin…');
    assert.equal(titleOf(row), 'trigger-long-running-operation · duration=30');
    assert.equal(descriptionOf(seen(row), CREATED_MS + 3_000), '3s · duration=30');
  });

  test('shows control and direction characters as blanks', () => {
    assert.equal(labelOf(taskRow({ tool: 'a\u202eb\nc', argument: '' })), 'a b c');
  });

  test('draws percent, bar, time and message', () => {
    const row = taskRow({ percent: 40, message: 'Building image' });
    const text = descriptionOf(seen(row), CREATED_MS + 3 * MINUTE);
    assert.equal(text, '40% ▰▰▱▱▱ 3m · Building image');
  });

  test('never fills a cell that is not reached', () => {
    const bar = (percent: number) => descriptionOf(seen(taskRow({ percent })), CREATED_MS);
    assert.equal(bar(19), '19% ▱▱▱▱▱ 0s');
    assert.equal(bar(99), '99% ▰▰▰▰▱ 0s');
  });

  test('follows the setting for the progress style', () => {
    const row = seen(taskRow({ percent: 40 }));
    assert.equal(descriptionOf(row, CREATED_MS, 'percent'), '40% 0s');
    assert.equal(descriptionOf(row, CREATED_MS, 'none'), '0s');
  });

  test('P10 shows only the time without a total', () => {
    assert.equal(descriptionOf(seen(taskRow()), CREATED_MS + 65 * MINUTE), '1h 5m');
  });

  test('P10 marks a guess as one, and never beside a percent', () => {
    const estimate = { totalMs: 8 * MINUTE, samples: 5 };
    const at = (row: TaskRow, ms: number) => descriptionOf(seen(row), CREATED_MS + ms);
    const row = taskRow({ estimate, message: 'Linking' });
    assert.equal(at(row, 5 * MINUTE), '5m · ~3 min left · Linking');
    assert.equal(at(row, 9 * MINUTE), '9m · longer than usual · Linking');
    assert.equal(at(taskRow({ estimate, percent: 40 }), 0), '40% ▰▰▱▱▱ 0s');
    assert.equal(at(taskRow({ estimate, paused: true }), 0), 'paused · 0s');
    assert.match(spokenLabelOf(seen(row), CREATED_MS), /, running, about 8 minutes left, Linking,/);
  });

  test('steps by five seconds after the first ten', () => {
    const at = (ms: number) => descriptionOf(seen(taskRow()), CREATED_MS + ms);
    assert.deepEqual([at(9_000), at(14_000), at(59_000)], ['9s', '10s', '55s']);
  });

  test('stops the time of a row from before the reload', () => {
    const text = descriptionOf(seen(taskRow({ elapsedMs: 5_000 }), true), CREATED_MS + MINUTE);
    assert.equal(text, 'reconnecting · 5s');
  });

  test('P9 keeps the percent and stops the time of a paused task', () => {
    const row = taskRow({ paused: true, percent: 40, elapsedMs: 3 * MINUTE });
    const later = CREATED_MS + 9 * MINUTE;
    assert.equal(descriptionOf(seen(row), later), 'paused · 40% ▰▰▱▱▱ 3m');
    assert.match(spokenLabelOf(seen(row), later), /, paused, 40 percent, 3 minutes$/);
  });

  test('P9 counts no pause that was, where a clock says so', () => {
    const deadlines = { total: { limitMs: 60 * MINUTE, ranMs: 3 * MINUTE } };
    const row = taskRow({ deadlines, elapsedMs: 8 * MINUTE });
    assert.equal(descriptionOf(seen(row), CREATED_MS + MINUTE), '4m');
    assert.equal(descriptionOf(seen({ ...row, paused: true }), CREATED_MS + MINUTE), 'paused · 3m');
  });

  test('P6 says what an ending freed, or that a server may be at it still', () => {
    const freed = { processes: 12, memoryBytes: 340 * 2 ** 20 };
    const reason = { code: 'revoked', by: 'user', level: 'killed', freed } as const;
    const row = completedRow(0, { status: 'cancelled', hasResult: false, reason });
    const text = (ended: TaskRow) => descriptionOf(seen(ended), CREATED_MS + 2 * MINUTE);
    assert.equal(text(row), 'revoked 2m ago · 12 processes ended, 340 MB freed');
    const stillRuns = { ...row, mayStillRun: true };
    assert.equal(text(stillRuns), 'revoked 2m ago · its server may be working still');
  });

  test('says that the agent waits for a call', () => {
    const row = taskRow({ kind: 'call', handle: null });
    assert.match(spokenLabelOf(seen(row), CREATED_MS), /, agent waits, 0 seconds$/);
    assert.equal(descriptionOf(seen(row), CREATED_MS + 4_000), '4s · agent waits');
  });

  test('marks a result that nobody has collected', () => {
    const now = CREATED_MS + 3 * MINUTE;
    const text = descriptionOf(seen(completedRow(MINUTE)), now);
    assert.equal(text, '● done 2m ago · result not collected');
    const collected = completedRow(MINUTE, { collected: true });
    assert.equal(descriptionOf(seen(collected), now), 'done 2m ago');
  });

  test('tells a tool error from success', () => {
    const row = completedRow(0, { collected: true, isError: true });
    assert.equal(descriptionOf(seen(row), CREATED_MS), 'done, with an error just now');
  });

  test('says how a task failed', () => {
    const failed = (differences: Partial<TaskRow>) =>
      descriptionOf(seen(completedRow(0, { status: 'failed', ...differences })), CREATED_MS);
    assert.equal(
      failed({ error: { code: -32000, message: 'no disk' } }),
      'failed just now · no disk',
    );
    assert.equal(
      failed({ reason: { code: 'lost', by: 'broker', note: 'the broker was killed' } }),
      'lost just now · the broker was killed',
    );
    assert.equal(
      failed({ reason: { code: 'lost', by: 'broker' } }),
      'lost just now · nobody knows how it ended',
    );
    assert.equal(failed({ reason: { code: 'idle_timeout', by: 'policy' } }), 'timed out just now');
  });

  test('says who revoked a task', () => {
    const revoked = (by: 'user' | 'agent') =>
      descriptionOf(
        seen(completedRow(0, { status: 'cancelled', reason: { code: 'revoked', by } })),
        CREATED_MS,
      );
    assert.equal(revoked('user'), 'revoked just now');
    assert.equal(revoked('agent'), 'revoked by the agent just now');
  });

  test('P6 says when a server was only asked to stop', () => {
    const reason = { code: 'revoked', by: 'user', level: 'cooperative' } as const;
    const row = completedRow(0, { status: 'cancelled', reason });
    assert.match(descriptionOf(seen(row), CREATED_MS), /^revoked just now · .* asked to stop$/);
  });

  test('tells a long path by its end', () => {
    const row = taskRow({ tool: 'read', argument: '/a/very/long/way/to/index.ts' });
    assert.equal(labelOf(row), 'read · …/to/index.ts');
    assert.match(descriptionOf(seen(row), CREATED_MS), / · \/a\/very\/long\/way/);
  });

  test('leaves the argument out where the title stands', () => {
    const row = seen(taskRow({ argument: 'a command that is long' }));
    assert.equal(stateText(row, CREATED_MS), '0s');
  });

  test('speaks a live row in words', () => {
    const row = taskRow({ percent: 40, message: 'Building image' });
    assert.equal(
      spokenLabelOf(seen(row), CREATED_MS + 3 * MINUTE),
      'echo, npm run build, running, 40 percent, Building image, 3 minutes',
    );
  });

  test('speaks a finished row in words', () => {
    assert.equal(
      spokenLabelOf(seen(completedRow(MINUTE)), CREATED_MS + 2 * MINUTE),
      'echo, npm run build, done, 1 minute ago, result not collected',
    );
    assert.match(spokenLabelOf(seen(completedRow(0)), CREATED_MS), /, done, just now,/);
  });
});
