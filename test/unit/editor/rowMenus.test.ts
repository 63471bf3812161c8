import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import type { TaskRow } from '../../../src/brokerApi/brokerProtocol.ts';
import { contextOf } from '../../../src/editor/view/rowFacts.ts';
import { completedRow, taskRow } from '../../support/taskRow.ts';

interface MenuEntry {
  readonly command: string;
  readonly when: string;
  readonly group: string;
}

const { contributes } = JSON.parse(readFileSync('package.json', 'utf8'));
const entries: MenuEntry[] = contributes.menus['view/item/context'];

/** The commands of a row, as the `when` clauses sort them out. */
function commandsOf(row: TaskRow, group: RegExp): string[] {
  const fits = ({ when }: MenuEntry) => {
    const pattern = /viewItem =~ \/(.*)\/$/.exec(when)?.[1];
    assert.ok(pattern !== undefined, `a pattern in ${when}`);
    return new RegExp(pattern).test(contextOf(row));
  };
  return entries
    .filter((entry) => group.test(entry.group) && fits(entry))
    .sort((a, b) => (a.group < b.group ? -1 : 1))
    .map(({ command }) => command.replace('mcpTaskHandles.', ''));
}

const inline = (row: TaskRow) => commandsOf(row, /^inline/);
const control = (row: TaskRow) => commandsOf(row, /^2_control/);
const deadlines = { total: { limitMs: 1_000, ranMs: 0 } };
const call = { kind: 'call', handle: null } as const;

suite('menus of a row', () => {
  test('P9 offer a pause only to what can be paused, then the way back', () => {
    assert.deepEqual(inline(taskRow()), ['revokeTask']);
    const row = taskRow({ canPause: true });
    assert.deepEqual(inline(row), ['pauseTask', 'revokeTask']);
    assert.deepEqual(inline({ ...row, paused: true }), ['resumeTask', 'revokeTask']);
    assert.deepEqual(inline({ ...row, ...call }), ['handOffNow', 'pauseTask', 'revokeTask']);
  });

  test('P6 offer to terminate a server that may be at it still', () => {
    const row = completedRow(0, { status: 'cancelled', hasResult: false, mayStillRun: true });
    assert.deepEqual(inline(row), ['terminateServer']);
    assert.deepEqual(control(row), ['terminateServer']);
    assert.deepEqual(inline({ ...row, mayStillRun: false }), []);
  });

  test('have what is inline in the menu as well, for the keyboard', () => {
    const row = taskRow({ canPause: true, deadlines });
    assert.deepEqual(control(row), ['pauseTask', 'extendTask', 'revokeTask']);
    assert.deepEqual(control({ ...row, paused: true }), ['resumeTask', 'extendTask', 'revokeTask']);
    assert.deepEqual(control(taskRow(call)), ['handOffNow', 'revokeTask']);
    assert.deepEqual(inline(completedRow(0)), ['showResult']);
  });
});
