import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isWorthTelling, noticeOf } from '../../../../src/editor/notify/endRule.ts';
import { completedRow, taskRow } from '../../../support/taskRow.ts';

const lost = completedRow(0, {
  id: 'lost',
  status: 'failed',
  hasResult: false,
  reason: { code: 'lost', by: 'broker' },
});

suite('end rule', () => {
  test('tells of results that nobody has collected', () => {
    assert.ok(isWorthTelling(completedRow(0)));
    assert.ok(!isWorthTelling(completedRow(0, { collected: true })));
  });

  test('tells of failures but not of live rows or calls', () => {
    assert.ok(isWorthTelling(lost));
    assert.ok(!isWorthTelling(taskRow()));
    assert.ok(!isWorthTelling(completedRow(0, { kind: 'call' })));
  });

  test('never tells of what somebody revoked', () => {
    const row = completedRow(0, { status: 'cancelled', reason: { code: 'revoked', by: 'user' } });
    assert.ok(!isWorthTelling(row));
  });

  test('names the only task and its argument', () => {
    const notice = noticeOf([completedRow(0, { tool: 'build' })]);
    assert.equal(notice?.severity, 'information');
    assert.equal(notice?.message, '`build · npm run build` has finished.');
  });

  test('warns when one of several has not ended well', () => {
    const notice = noticeOf([completedRow(0, { tool: 'build' }), lost]);
    assert.equal(notice?.severity, 'warning');
    assert.equal(notice?.message, '2 agent tasks have ended, 1 not well: build, echo.');
  });

  test('counts the names that it leaves out', () => {
    const rows = [...'abcdef'].map((tool) => completedRow(0, { tool }));
    assert.equal(noticeOf(rows)?.message, '6 agent tasks have finished: a, b, c, d and 2 more.');
  });

  test('says when every task was lost', () => {
    assert.match(noticeOf([lost, lost])?.message ?? '', /^2 agent tasks were lost, .*: echo\.$/);
  });

  test('makes no link of a tool name', () => {
    const notice = noticeOf([completedRow(0, { tool: '[x](command:y)' })]);
    assert.match(notice?.message ?? '', /^`\(x\)\(command:y\) · /);
  });
});
