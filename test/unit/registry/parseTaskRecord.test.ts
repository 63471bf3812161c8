import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseTaskRecord } from '../../../src/registry/parseTaskRecord.ts';
import { aTask } from '../../support/taskRecords.ts';

const full = aTask({
  status: 'failed',
  progress: { progress: 1, total: 2, message: 'm' },
  endedAtMs: 9,
  reason: { code: 'rpc_error', by: 'upstream', level: 'none', note: 'n' },
  error: { code: -32000, message: 'm', dataJson: '{}' },
  collectedAtMs: 10,
  upstream: null,
  workspace: null,
});

suite('parseTaskRecord', () => {
  for (const record of [aTask(), full]) {
    test(`a ${record.status} record comes back as it was`, () => {
      const stored: unknown = JSON.parse(JSON.stringify({ _id: record.handle, ...record }));
      assert.deepEqual(parseTaskRecord(stored), { ok: true, record });
    });
  }

  for (const value of [undefined, null, 7, 'text', [], {}]) {
    test(`${JSON.stringify(value)} is a problem and no exception`, () => {
      const parsed = parseTaskRecord(value);
      assert.equal(parsed.ok, false);
    });
  }

  for (const name of Object.keys(aTask())) {
    test(`a record without ${name} is a problem that names it`, () => {
      const parsed = parseTaskRecord({ ...aTask(), [name]: undefined });
      assert.ok(!parsed.ok);
      assert.ok(parsed.problem.startsWith(`${name}:`), parsed.problem);
    });
  }

  test('a time that no date can hold is a problem', () => {
    assert.equal(parseTaskRecord({ ...aTask(), createdAtMs: 1e17 }).ok, false);
  });
});
