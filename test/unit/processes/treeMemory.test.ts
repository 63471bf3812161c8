import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ProcessEntry, ProcessTable } from '../../../src/processes/processEntry.ts';
import { TreeMemory } from '../../../src/processes/treeMemory.ts';

const ROOT = 10;

suite('tree memory', () => {
  test('P6 who was seen below the root stays known when its parent has gone', () => {
    const memory = new TreeMemory();
    const root = anEntry(ROOT, 1);
    update(memory, [root, anEntry(11, ROOT), anEntry(12, 11)]);
    assert.deepEqual(update(memory, [root, anEntry(12, 1)]), [12]);
    assert.deepEqual(update(memory, [root, anEntry(12, 1), anEntry(13, 12)]), [12, 13]);
    assert.deepEqual(update(memory, [anEntry(12, 1), anEntry(13, 1)], null), [12, 13]);
  });

  test('P6 a daemon is known by the session of a parent that was gone too soon to be seen twice', () => {
    const memory = new TreeMemory();
    const root = anEntry(ROOT, 1);
    const leader = { ...anEntry(11, ROOT), session: 11, pgid: 11 };
    update(memory, [root, leader]);
    const daemon = { ...anEntry(12, 1), session: 11, pgid: 11 };
    assert.deepEqual(update(memory, [root, daemon]), [12]);
    const regrouped = { ...anEntry(13, 1), session: 11, pgid: 13 };
    assert.deepEqual(update(memory, [root, daemon, regrouped]), [12, 13]);
  });

  test('where no sessions are told the group does', () => {
    const memory = new TreeMemory();
    const root = anEntry(ROOT, 1);
    update(memory, [root, { ...anEntry(11, ROOT), session: 0, pgid: 11 }]);
    const daemon = { ...anEntry(12, 1), session: 0, pgid: 11 };
    const stranger = { ...anEntry(99, 1), session: 0, pgid: 99 };
    assert.deepEqual(update(memory, [root, daemon, stranger]), [12]);
  });

  test('P6 a pid that another process has by now is nobody of ours, nor is its session', () => {
    const memory = new TreeMemory();
    const root = anEntry(ROOT, 1);
    update(memory, [root, { ...anEntry(11, ROOT), session: 11, pgid: 11 }]);
    const recycled = { ...anEntry(11, 1), session: 11, pgid: 11, startTime: 'later' };
    const itsChild = { ...anEntry(12, 11), session: 11, pgid: 11 };
    assert.deepEqual(update(memory, [root, recycled, itsChild]), []);
  });

  test('what has ended is forgotten, and its session with it', () => {
    const memory = new TreeMemory();
    const root = anEntry(ROOT, 1);
    update(memory, [root, { ...anEntry(11, ROOT), session: 11, pgid: 11 }]);
    assert.deepEqual(update(memory, [root]), []);
    const later = { ...anEntry(12, 1), session: 11, pgid: 11 };
    assert.deepEqual(update(memory, [root, later]), []);
  });

  test('our own session and group are never a tree of ours', () => {
    const memory = new TreeMemory();
    const us = { ...anEntry(process.pid, 1), session: 5, pgid: 6 };
    const root = anEntry(ROOT, process.pid);
    const odd = { ...anEntry(11, ROOT), session: 5, pgid: 6 };
    const neighbour = { ...anEntry(12, 1), session: 5, pgid: 6 };
    update(memory, [us, root, odd]);
    assert.deepEqual(update(memory, [us, root, odd, neighbour]), [11]);
  });
});

function update(
  memory: TreeMemory,
  living: readonly ProcessEntry[],
  root: number | null = ROOT,
): number[] {
  const table: ProcessTable = new Map(living.map((entry) => [entry.pid, entry]));
  return memory
    .update(table, root)
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);
}

function anEntry(pid: number, ppid: number): ProcessEntry {
  const ids = { pid, ppid, pgid: ROOT, session: ROOT };
  return { ...ids, startTime: `t${pid}`, latestBirthMs: pid, state: 'S', residentBytes: 0 };
}
