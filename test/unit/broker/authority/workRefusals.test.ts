import assert from 'node:assert/strict';
import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { WorkRefusals } from '../../../../src/broker/authority/workRefusals.ts';
import {
  liftOnDisk,
  newRefusal,
  readRefusals,
  writeRefusal,
} from '../../../../src/brokerApi/refusalFiles.ts';
import { systemClock } from '../../../../src/common/clock.ts';
import { TaskHandlesError } from '../../../../src/common/errors.ts';
import { silentLog } from '../../../../src/common/log.ts';
import type { AuditRow, Principal } from '../../../../src/registry/auditTrail.ts';
import { MemoryAuditTrail } from '../../../support/memoryAuditTrail.ts';
import { waitFor } from '../../../support/processes.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const PLACE = { route: 'build', workspace: null, conversationId: null };
const EVERYTHING = { scope: { kind: 'everything' }, by: 'user', note: 'stop' } as const;
const USER: Principal = {
  door: 'user',
  client: { name: 'editor', version: '1' },
  conversationId: null,
  user: 'ada',
};

async function stage(t: TestContext) {
  const folder = join(await temporaryFolder(t), 'refusals');
  const audit = new MemoryAuditTrail();
  const make = () => new WorkRefusals({ folder, audit, clock: systemClock, log: silentLog });
  const refusals = make();
  t.after(() => refusals.dispose());
  return { folder, audit, refusals, make };
}

const actionsOf = (rows: readonly AuditRow[]) => rows.map(({ action }) => action);

suite('refusals of new work', () => {
  test('P7 are in force at once, and told when they are on disk and in the trail', async (t) => {
    const { folder, audit, refusals } = await stage(t);
    const told: string[][] = [];
    refusals.onDidChange(() => {
      assert.equal(readdirSync(folder).length, 1);
      told.push(actionsOf(audit.rows));
    });
    const adding = refusals.add(EVERYTHING, USER);
    assert.equal(refusals.refusalOf(PLACE)?.note, 'stop');
    assert.equal(refusals.refusesAllOf(PLACE), true);
    assert.deepEqual(refusals.all, []);
    const refusal = await adding;
    assert.deepEqual(refusals.all, [refusal]);
    assert.deepEqual(told, [['work_refused']]);
    const [row] = audit.rows;
    assert.deepEqual(
      [row?.handle, row?.reason, row?.principal],
      [null, 'all new work: stop', USER],
    );
  });

  test('P7 hold for the next broker, until somebody lifts them', async (t) => {
    const { audit, refusals, make } = await stage(t);
    const { id } = await refusals.add(EVERYTHING, USER);
    await refusals.merged(refusals.all);
    const next = make();
    assert.deepEqual(next.refresh(), [], 'nothing new: it is merged');
    assert.equal(next.refusalOf(PLACE)?.id, id);
    await next.lift(id, USER);
    assert.equal(next.refusalOf(PLACE), null);
    assert.deepEqual(actionsOf(audit.rows), ['work_refused', 'work_accepted']);
    assert.deepEqual(make().refresh(), []);
  });

  test('P7 written by somebody else are found, audited, and then told', async (t) => {
    const { folder, audit, refusals } = await stage(t);
    refusals.refresh();
    const refusal = newRefusal({ ...EVERYTHING, client: 'panic' });
    await writeRefusal(folder, { refusal, isMerged: false });
    assert.deepEqual(refusals.refresh(), [refusal]);
    assert.deepEqual(refusals.refresh(), [], 'once');
    assert.equal(refusals.refusalOf(PLACE)?.id, refusal.id);
    await waitFor(() => refusals.all.length === 1, 1_000);
    assert.deepEqual(actionsOf(audit.rows), ['work_refused']);
    assert.equal(audit.rows[0]?.principal.client?.name, 'panic');
    assert.equal(readRefusals(folder)[0]?.isMerged, false, 'nobody has ended anything for it');
    await refusals.merged([refusal]);
    assert.equal(readRefusals(folder)[0]?.isMerged, true);
  });

  test('P7 lifted by somebody else are over, and audited', async (t) => {
    const { folder, audit, refusals } = await stage(t);
    await refusals.add(EVERYTHING, USER);
    await liftOnDisk(folder, { client: 'terminal' });
    refusals.refresh();
    assert.equal(refusals.refusalOf(PLACE), null);
    await waitFor(() => audit.rows.length === 2, 1_000);
    assert.deepEqual(actionsOf(audit.rows), ['work_refused', 'work_accepted']);
    await waitFor(() => readdirSync(folder).length === 0, 1_000);
  });

  test('P8 of an administrator are lifted by nobody here', async (t) => {
    const { refusals } = await stage(t);
    const locked = newRefusal({ ...EVERYTHING, by: 'admin', client: 'IT' });
    refusals.setLocked(locked);
    assert.equal(refusals.refusalOf(PLACE)?.by, 'admin');
    const isLocked = (error: unknown) => TaskHandlesError.is(error, 'locked_by_admin');
    await assert.rejects(refusals.lift(undefined, USER), isLocked);
    await assert.rejects(refusals.lift(locked.id, USER), isLocked);
    const own = await refusals.add(EVERYTHING, USER);
    assert.deepEqual(await refusals.lift(undefined, USER), [own]);
    assert.deepEqual(refusals.all, [locked]);
    refusals.setLocked(null);
    assert.deepEqual(refusals.all, []);
  });

  test('P7 hold although the disk refuses, and are written when it takes them', async (t) => {
    const { folder, audit, refusals } = await stage(t);
    writeFileSync(folder, 'in the way');
    audit.failure = new Error('disk full');
    const refusal = await refusals.add(EVERYTHING, USER);
    assert.equal(refusals.refusalOf(PLACE)?.id, refusal.id);
    rmSync(folder);
    await refusals.retry();
    assert.deepEqual(readRefusals(folder), [{ refusal, isMerged: false }]);
    assert.equal(refusals.all.length, 1);
  });

  test('P7 whose folder cannot be read refuse everything', async (t) => {
    if (process.getuid?.() === 0) return t.diagnostic('root reads everything');
    const { folder, refusals } = await stage(t);
    await refusals.add({ ...EVERYTHING, scope: { kind: 'route', route: 'other' } }, USER);
    assert.equal(refusals.refusalOf(PLACE), null);
    chmodSync(folder, 0o000);
    t.after(() => chmodSync(folder, 0o700));
    refusals.refresh();
    assert.match(refusals.refusalOf(PLACE)?.note ?? '', /cannot be read/);
  });
});
