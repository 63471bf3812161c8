import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isLiving, parseStat, readLinuxTable } from '../../../src/processes/linuxProc.ts';

const REST =
  '7 42 40 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 3 0 123456 1000000 50 18446744073709551615 1 1 0';

suite('/proc/PID/stat', () => {
  test('a name with spaces and parentheses does not mislead', () => {
    assert.deepEqual(parseStat(`4711 (my (odd) S 1 name) R ${REST}\n`), {
      pid: 4711,
      state: 'R',
      ppid: 7,
      pgid: 42,
      session: 40,
      threads: 3,
      startTicks: '123456',
      residentPages: 50,
      isKernelThread: false,
    });
  });

  test('what is no such line is nothing', () => {
    for (const text of ['', 'garbage', '12 (cut short) S 1 2']) assert.equal(parseStat(text), null);
  });

  test('a zombie is dead unless other threads go on', () => {
    const stat = parseStat(`1 (a) Z ${REST}`);
    assert.ok(stat);
    assert.equal(isLiving(stat), true);
    assert.equal(isLiving({ ...stat, threads: 1 }), false);
    assert.equal(isLiving({ ...stat, state: 'X' }), false);
    assert.equal(isLiving({ ...stat, state: 'T', threads: 1 }), true);
  });
});

suite('a table that is read again', () => {
  test('P6 keeps what is known, but for who slept in the system', () => {
    if (process.platform !== 'linux') return;
    const { pid } = process;
    const table = readLinuxTable();
    const entry = table.get(pid);
    assert.ok(entry);
    const stateAfter = (state: string) => {
      const known = new Map(table).set(pid, { ...entry, state });
      return readLinuxTable({ table: known, stale: new Set() }).get(pid)?.state;
    };
    assert.equal(stateAfter('T'), 'T');
    assert.notEqual(stateAfter('D'), 'D');
  });
});
