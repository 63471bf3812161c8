import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseTaskRecord } from '../../../src/registry/parseTaskRecord.ts';
import { NO_DEADLINES, SCHEMA_VERSION } from '../../../src/registry/taskRecord.ts';
import { registryStage } from '../../support/registryStage.ts';
import { aTask } from '../../support/taskRecords.ts';

function fromVersion1(): object {
  const { deadlines: _, idempotencyKeyHash: __, remote: ___, ...rest } = aTask();
  return { ...rest, schemaVersion: 1 };
}

suite('migrations of records', () => {
  test('a record of the first version has no limits and no key', () => {
    const parsed = parseTaskRecord(fromVersion1());
    assert.ok(parsed.ok);
    assert.equal(parsed.record.schemaVersion, SCHEMA_VERSION);
    assert.deepEqual(parsed.record.deadlines, NO_DEADLINES);
    assert.equal(parsed.record.idempotencyKeyHash, null);
  });

  test('a record of the second version knows of no work elsewhere', () => {
    const { remote: _, ...rest } = aTask();
    const parsed = parseTaskRecord({ ...rest, schemaVersion: 2 });
    assert.ok(parsed.ok);
    assert.deepEqual([parsed.record.schemaVersion, parsed.record.remote], [SCHEMA_VERSION, null]);
  });

  test('a record without a version is a problem, not a crash', () => {
    const parsed = parseTaskRecord({ ...fromVersion1(), schemaVersion: undefined });
    assert.ok(!parsed.ok);
    assert.match(parsed.problem, /schemaVersion/);
  });

  test('P1 a record from the future is known, told as such and decided about by nobody', async (t) => {
    const { registry, store } = registryStage(t);
    const future = { ...aTask(), schemaVersion: SCHEMA_VERSION + 1, status: 'dreaming', extra: 1 };
    store.records.set(future.handle, future);
    await registry.load();
    await registry.loseOrphans(() => false);
    const found = await registry.find(future.handle);
    assert.ok(found.kind === 'future');
    assert.deepEqual(
      [found.future.schemaVersion, found.future.tool, found.future.status],
      [SCHEMA_VERSION + 1, 'build', null],
    );
    assert.deepEqual([registry.list().length, store.records.get(future.handle)], [0, future]);
  });
});
