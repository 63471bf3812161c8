import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Finding } from '../../../../src/brokerApi/finding.ts';
import { findingTable } from '../../../../src/cli/terminal/findingTable.ts';

const ORPHAN: Finding = {
  kind: 'orphan_process',
  what: 'Process 7 (sl\u001b[2Jeep) is of a server',
  why: 'Its broker is gone.',
  outcome: 'mended',
};

suite('findingTable', () => {
  test('aligns its columns and cuts no line: what to do stands at the end', () => {
    const why = `Do this: ${'x'.repeat(300)}.`;
    const home: Finding = { kind: 'home', what: 'The home.', why, outcome: 'left' };
    const lines = findingTable([ORPHAN, home]).split('\n');
    assert.equal(lines.length, 3);
    const starts = lines.map((line) => line.search(/WHAT|Process|The home/));
    assert.deepEqual(new Set(starts).size, 1);
    assert.ok(lines[2]?.endsWith(`The home. ${why}`));
  });

  test('shows nothing that moves the cursor, and kinds of a newer broker as they are', () => {
    const newer = { ...ORPHAN, kind: 'haunted' } as unknown as Finding;
    const table = findingTable([newer]);
    assert.match(table, /haunted +mended +Process 7 \(sleep\)/);
  });
});
