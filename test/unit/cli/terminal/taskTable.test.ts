import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { shownRows } from '../../../../src/cli/terminal/listCommand.ts';
import { taskFacts, taskTable } from '../../../../src/cli/terminal/taskTable.ts';
import {
  clockText,
  endingText,
  progressBar,
  progressText,
  statusWord,
} from '../../../../src/cli/terminal/taskWords.ts';
import { completedRow, taskRow } from '../../../support/taskRow.ts';

const REVOKED = {
  status: 'cancelled',
  reason: { code: 'revoked', by: 'user', level: 'killed', note: 'too slow' },
} as const;

suite('taskTable', () => {
  test('aligns its columns', () => {
    const table = taskTable([
      taskRow({ percent: 40, elapsedMs: 100_000, message: 'Building' }),
      completedRow(5_000, { tool: 'a-longer-name' }),
    ]);
    const starts = table.split('\n').map((line) => line.search(/TOOL|shell\//));
    assert.deepEqual(new Set(starts).size, 1);
    assert.match(table, /working +40% ▰▰▱▱▱ +1m 40s +shell\/echo +npm run build +Building/);
  });

  test('shows nothing that moves the cursor', () => {
    const table = taskTable([
      taskRow({ message: '\u001b[2J\u001b]0;title\u0007a\r\nb\u202e', argument: '\u009b31mx' }),
    ]);
    assert.equal(/[^\P{Cc}\n]|\u202e/u.test(table), false);
    assert.match(table, /a b$/);
  });

  test('cuts lines for a terminal', () => {
    const lines = taskTable([taskRow({ message: 'm'.repeat(300) })], 80).split('\n');
    assert.deepEqual(
      lines.map((line) => Array.from(line).length <= 80),
      [true, true],
    );
  });

  test('leaves out facts that are not there', () => {
    assert.doesNotMatch(taskFacts(taskRow()), /progress|reason|error/);
    assert.match(taskFacts(taskRow(REVOKED)), /reason +revoked by user, killed: too slow/);
  });

  test('P6 tells what an ending freed, as far as the platform tells it', () => {
    const rowOf = (processes: number, memoryBytes: number | null) =>
      taskRow({ ...REVOKED, reason: { ...REVOKED.reason, freed: { processes, memoryBytes } } });
    assert.match(taskFacts(rowOf(3, 120 * 1024 * 1024)), /ending +freed 3 processes, 120 MB/);
    assert.match(taskFacts(rowOf(1, null)), /ending +freed 1 process$/m);
  });
});

suite('task words', () => {
  test('names how a task ended', () => {
    const lost = { code: 'lost', by: 'broker' } as const;
    assert.equal(statusWord(taskRow(REVOKED)), 'revoked');
    assert.equal(statusWord(taskRow({ status: 'failed', reason: lost })), 'failed (lost)');
    assert.equal(statusWord(completedRow(1, { isError: true })), 'completed (error)');
    assert.match(endingText(taskRow(REVOKED)), /is revoked \(by user, killed\): too slow\.$/);
  });

  test('P10 marks a guess as one, and only where there is no percent', () => {
    const estimate = { totalMs: 300_000, samples: 4 };
    const row = taskRow({ estimate, elapsedMs: 60_000 });
    assert.equal(progressText(row), '~4m left');
    assert.equal(progressText({ ...row, elapsedMs: 300_000 }), 'longer than usual');
    assert.equal(progressText({ ...row, percent: 40 }), ' 40% ▰▰▱▱▱');
    assert.equal(progressText({ ...row, status: 'completed' }), '');
    assert.match(taskFacts(row), /^usually +~5m, by 4 earlier runs$/m);
  });

  test('P9 tells both clocks', () => {
    const total = { limitMs: 14_400_000, ranMs: 720_000 };
    assert.equal(clockText(total), '12m of 4h');
    const idle = { limitMs: 600_000, ranMs: 5_000 };
    const facts = taskFacts(taskRow({ deadlines: { total, idle } }));
    assert.match(facts, /^total +12m of 4h$/m);
    assert.match(facts, /^idle +5s of 10m$/m);
    assert.doesNotMatch(taskFacts(taskRow()), /total|idle|usually/);
  });

  test('never shows a full bar before the end', () => {
    assert.equal(progressBar(99), ' 99% ▰▰▰▰▱');
    assert.equal(progressBar(undefined), '');
  });
});

suite('list', () => {
  test('puts live tasks first and the newest on top', () => {
    const at = (second: number) => new Date(second * 1000).toISOString();
    const rows = [
      completedRow(1, { id: 'ended', createdAt: at(3) }),
      taskRow({ id: 'old', createdAt: at(1) }),
      taskRow({ id: 'new', createdAt: at(2) }),
    ];
    assert.deepEqual(
      shownRows(rows, false).map(({ id }) => id),
      ['new', 'old', 'ended'],
    );
  });

  test('keeps old ended tasks for --all', () => {
    const rows = Array.from({ length: 30 }, (_, index) => completedRow(1, { id: String(index) }));
    assert.equal(shownRows(rows, false).length, 20);
    assert.equal(shownRows(rows, true).length, 30);
  });
});
