import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskRow } from '../../../../src/brokerApi/brokerProtocol.ts';
import { statusTextOf } from '../../../../src/editor/status/statusText.ts';
import { CREATED_MS, taskRow } from '../../../support/taskRow.ts';

const text = (...rows: TaskRow[]) =>
  statusTextOf(
    rows.map((row) => ({ row, seenAtMs: CREATED_MS, isStale: false })),
    CREATED_MS,
  )?.text;

suite('status text', () => {
  test('says nothing when nothing is live', () => {
    assert.equal(text(), undefined);
  });

  test('names the only task and its percent', () => {
    assert.equal(text(taskRow({ tool: 'build', percent: 40 })), '$(mcp-task-p40) build 40%');
    assert.equal(text(taskRow({ tool: 'build' })), '$(mcp-task-unknown) build');
  });

  test('P9 shows that the only task is paused', () => {
    const row = taskRow({ tool: 'build', percent: 40, paused: true });
    assert.equal(text(row), '$(debug-pause) build 40%');
  });

  test('counts several tasks', () => {
    const rows = [taskRow({ percent: 40 }), taskRow({ percent: 60 })];
    assert.equal(text(...rows), '$(mcp-task-p50) 2 agent tasks');
    assert.equal(text(...rows, taskRow()), '$(mcp-task-unknown) 3 agent tasks');
  });

  test('draws no icon that a server asks for', () => {
    assert.equal(text(taskRow({ tool: '$(flame)' })), '$(mcp-task-unknown) \\$(flame)');
  });
});
