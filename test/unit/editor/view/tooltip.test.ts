import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskRow } from '../../../../src/brokerApi/brokerProtocol.ts';
import { factsOf, tooltipOf } from '../../../../src/editor/view/tooltip.ts';
import { CREATED_MS, completedRow, taskRow } from '../../../support/taskRow.ts';

const context = {
  nowMs: CREATED_MS + 60_000,
  isOtherWindow: false,
  formatTime: (ms: number) => new Date(ms).toISOString(),
};
const seen = (row: TaskRow) => ({ row, seenAtMs: CREATED_MS, isStale: false });
const facts = (row: TaskRow) =>
  Object.fromEntries(factsOf(seen(row), context).filter(([, value]) => value !== ''));

suite('tooltip', () => {
  test('tells every fact of a live row', () => {
    assert.deepEqual(facts(taskRow({ percent: 40, message: 'Building' })), {
      Status: 'running',
      Progress: '40 %',
      Message: 'Building',
      'Became a task': '2026-11-23T10:00:00.000Z',
      Duration: '1m',
      Server: 'shell',
      Agent: 'agent 1',
      Process: '4711',
      Handle: 'th_aaaaaaaaaaaaaaaaaaaaaaaaaa',
    });
  });

  test('P9 P10 tells both clocks and the estimate', () => {
    const row = taskRow({
      deadlines: {
        total: { limitMs: 14_400_000, ranMs: 0 },
        idle: { limitMs: 600_000, ranMs: 60_000 },
      },
      estimate: { totalMs: 120_000, samples: 3 },
    });
    const { Runs, 'Last progress': last, Estimate } = facts(row);
    assert.equal(Runs, '1 min of 4 h');
    assert.equal(last, '2 min ago; ends after 10 min without');
    assert.equal(Estimate, '~1 min left; usually 2 min, of 3 runs');
  });

  test('tells the whole note of a lost task, and not all that a server wrote', () => {
    const note = 'n'.repeat(1_000);
    const reason = { code: 'lost', by: 'broker', note } as const;
    const error = { code: 1, message: 'm'.repeat(1_000) };
    const text = tooltipOf(seen(completedRow(0, { status: 'failed', reason, error })), context);
    assert.ok(text.includes(note));
    assert.match(text, /[^m]m{300,399}…/);
  });

  test('says who revoked and how far it had to go', () => {
    const row = completedRow(1_000, {
      status: 'cancelled',
      hasResult: false,
      reason: { code: 'revoked', by: 'user', level: 'killed', note: 'too slow' },
    });
    assert.equal(facts(row).Reason, 'revoked by you; its server process was killed; too slow');
  });

  test('P6 tells the level and what was freed', () => {
    const ended = (processes: number, memoryBytes: number | null) => {
      const freed = { processes, memoryBytes };
      const reason = { code: 'revoked', by: 'user', level: 'killed', freed } as const;
      return facts(completedRow(0, { status: 'cancelled', hasResult: false, reason })).Reason;
    };
    assert.equal(
      ended(12, 340 * 2 ** 20),
      'revoked by you; its server process was killed: 12 processes ended, 340 MB freed',
    );
    assert.match(ended(1, null) ?? '', /: 1 process ended$/);
  });

  test('P9 says of a paused task what stands still', () => {
    const deadlines = { total: { limitMs: 14_400_000, ranMs: 60_000 } };
    const { Status, Runs } = facts(taskRow({ paused: true, deadlines, elapsedMs: 60_000 }));
    assert.equal(Status, 'paused; its processes and its clocks stand still');
    assert.equal(Runs, '1 min of 4 h');
  });

  test('calls an agent gone only while its task runs', () => {
    assert.equal(facts(taskRow({ clientAttached: false })).Agent, 'agent 1 (gone)');
    assert.equal(facts(completedRow(0, { clientAttached: false })).Agent, 'agent 1');
  });

  test('tells a reason once', () => {
    const note = 'The broker was killed.';
    const reason = { code: 'lost', by: 'broker', note } as const;
    const { Status, Reason } = facts(completedRow(0, { status: 'failed', reason }));
    assert.deepEqual([Status, Reason], ['lost', 'lost; The broker was killed.']);
  });

  test('says until when a result is kept', () => {
    const row = completedRow(1_000, { ttlMs: 3_600_000 });
    assert.equal(facts(row)['Kept until'], '2026-11-23T11:00:00.000Z');
    assert.equal(facts(row).Result, 'kept, not collected yet');
  });

  test('holds no link that a server wrote', () => {
    const text = tooltipOf(
      seen(taskRow({ tool: '[x](command:y)', message: '<a href="z">![](http://e.example)' })),
      context,
    );
    assert.doesNotMatch(text, /\]\(|<|:\/\//);
  });
});
