import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ProcessEntry, ProcessTable } from '../../../src/processes/processEntry.ts';
import {
  descendantsOf,
  isIn,
  membersOfGroup,
  readProcessTable,
} from '../../../src/processes/processTable.ts';

suite('process table', () => {
  test('descendants are found at every depth', () => {
    const table = tableOf([2, 1], [3, 2], [4, 3], [5, 1], [6, 5]);
    assert.deepEqual(pidsOf(descendantsOf(table, 2)), [3, 4]);
    assert.deepEqual(pidsOf(descendantsOf(table, 2, 5)), [3, 6, 4]);
    assert.deepEqual(descendantsOf(table, 99), []);
  });

  test('a root below another root counts once as neither', () => {
    assert.deepEqual(pidsOf(descendantsOf(tableOf([2, 1], [3, 2], [4, 3]), 2, 3)), [4]);
  });

  test('a circle of parents comes to an end', () => {
    assert.deepEqual(pidsOf(descendantsOf(tableOf([2, 3], [3, 2]), 2)), [3]);
  });

  test('members share the group id whoever their parent is', () => {
    const table = tableOf([2, 1], [3, 2], [4, 1]);
    const regrouped = new Map(table).set(4, { ...entryOf(4, 1), pgid: 2 });
    assert.deepEqual(pidsOf(membersOfGroup(regrouped, 2)), [2, 4]);
  });

  test('a pid with another start time is another process', () => {
    const table = tableOf([2, 1]);
    assert.equal(isIn(table, entryOf(2, 1)), true);
    assert.equal(isIn(table, { ...entryOf(2, 1), startTime: '7' }), false);
  });

  test('a snapshot holds this process and its birth', async () => {
    const own = (await readProcessTable()).get(process.pid);
    assert.equal(own?.ppid, process.ppid);
    const bornMs = Date.now() - process.uptime() * 1000;
    assert.ok(Math.abs((own?.latestBirthMs ?? 0) - bornMs) < 2000);
  });
});

function tableOf(...pairs: readonly [pid: number, ppid: number][]): ProcessTable {
  return new Map(pairs.map(([pid, ppid]) => [pid, entryOf(pid, ppid)]));
}

function entryOf(pid: number, ppid: number): ProcessEntry {
  const startTime = String(pid * 10);
  return {
    pid,
    ppid,
    pgid: pid,
    session: pid,
    startTime,
    latestBirthMs: pid,
    state: 'S',
    residentBytes: 0,
  };
}

function pidsOf(entries: readonly ProcessEntry[]): number[] {
  return entries.map((entry) => entry.pid);
}
