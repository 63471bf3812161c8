import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parsePsTable } from '../../../src/processes/psTable.ts';

suite('ps output', () => {
  test('rows become entries', () => {
    const table = parsePsTable('  301   1   301  2048 Ss   Mon Nov  2 01:06:07 2026    \n');
    assert.deepEqual(table.get(301), {
      pid: 301,
      ppid: 1,
      pgid: 301,
      session: 0,
      state: 'S',
      startTime: 'Mon Nov  2 01:06:07 2026',
      latestBirthMs: Date.UTC(2026, 10, 2, 1, 6, 7) + 999,
      residentBytes: 2048 * 1024,
    });
  });

  test('zombies and other text are left out', () => {
    const text = 'PID PPID\n\n 5 1 5 0 Z+ Mon Nov  2 01:06:07 2026\n ps: cannot\n';
    assert.equal(parsePsTable(text).size, 0);
  });
});
