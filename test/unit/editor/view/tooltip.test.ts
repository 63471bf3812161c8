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

  test('says who revoked and how far it had to go', () => {
    const row = completedRow(1_000, {
      status: 'cancelled',
      hasResult: false,
      reason: { code: 'revoked', by: 'user', level: 'killed', note: 'too slow' },
    });
    assert.equal(facts(row).Reason, 'revoked by you; its server process was killed; too slow');
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
