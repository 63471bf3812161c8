import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import type { TaskRow } from '../../../../src/brokerApi/brokerProtocol.ts';
import { iconOf, pieOf } from '../../../../src/editor/view/rowIcon.ts';
import { CREATED_MS, completedRow, taskRow } from '../../../support/taskRow.ts';

const icon = (row: TaskRow, isStale = false) => iconOf({ row, seenAtMs: CREATED_MS, isStale });

suite('row icon', () => {
  test('rounds the percent down to a pie', () => {
    assert.deepEqual([0, 4, 40, 99, 100].map(pieOf), [
      'mcp-task-p0',
      'mcp-task-p0',
      'mcp-task-p40',
      'mcp-task-p95',
      'mcp-task-p100',
    ]);
  });

  test('has a pie of its own for an unknown total', () => {
    assert.equal(icon(taskRow()).id, 'mcp-task-unknown');
  });

  test('draws only icons that the package contributes', () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8'));
    const drawn = [undefined, ...Array.from({ length: 101 }, (_, percent) => percent)].map(pieOf);
    assert.deepEqual([...new Set(drawn)].sort(), Object.keys(contributes.icons).sort());
  });

  test('greys what is not known to be running', () => {
    assert.equal(icon(taskRow(), true).color, 'disabledForeground');
    assert.equal(icon(taskRow({ attached: false })).color, 'disabledForeground');
  });

  test('P9 shows a pause by its shape, whatever the percent', () => {
    assert.equal(icon(taskRow({ paused: true, percent: 40 })).id, 'debug-pause');
  });

  test('tells each end by shape, not by colour alone', () => {
    const failed = { status: 'failed' as const };
    const shapes = [
      completedRow(0),
      completedRow(0, { isError: true }),
      completedRow(0, failed),
      completedRow(0, { ...failed, reason: { code: 'lost', by: 'broker' } }),
      completedRow(0, { status: 'cancelled' }),
      completedRow(0, { status: 'cancelled', mayStillRun: true }),
    ].map((row) => icon(row).id);
    assert.deepEqual(shapes, [
      'pass',
      'warning',
      'error',
      'question',
      'circle-slash',
      'debug-disconnect',
    ]);
  });
});
