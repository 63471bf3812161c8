import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { auditPages } from '../../../src/brokerApi/auditPages.ts';
import type { AuditQuery, AuditRow } from '../../../src/registry/auditTrail.ts';

/** A trail of so many rows, which notes what it was asked. */
function trailOf(count: number) {
  const asked: AuditQuery[] = [];
  const read = async (query: AuditQuery) => {
    asked.push(query);
    const { afterSequence = 0, limit = 1 } = query;
    const length = Math.max(0, Math.min(limit, count - afterSequence));
    const rows = Array.from({ length }, (_, index) => ({ sequence: afterSequence + index + 1 }));
    return { rows: rows as AuditRow[] };
  };
  return { asked, read };
}

suite('pages of the audit trail', () => {
  for (const count of [0, 1, 999, 1_000, 1_001, 2_500]) {
    test(`P8 all of ${count} rows are read, once and in their order`, async () => {
      const { read } = trailOf(count);
      const seen: number[] = [];
      for await (const rows of auditPages(read)) seen.push(...rows.map((row) => row.sequence));
      assert.deepEqual(
        seen,
        Array.from({ length: count }, (_, index) => index + 1),
      );
    });
  }

  test('every page asks for the same handle', async () => {
    const { asked, read } = trailOf(1_500);
    for await (const rows of auditPages(read, { handle: 'th_x' })) assert.notEqual(rows.length, 0);
    assert.deepEqual(
      asked.map(({ handle, afterSequence }) => [handle, afterSequence]),
      [
        ['th_x', 0],
        ['th_x', 1_000],
      ],
    );
  });
});
