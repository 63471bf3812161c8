import assert from 'node:assert/strict';
import { mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { WorkRefusals } from '../../../../src/broker/authority/workRefusals.ts';
import {
  liftOnDisk,
  newRefusal,
  readLifted,
  readRefusals,
  writeRefusal,
} from '../../../../src/brokerApi/refusalFiles.ts';
import { systemClock } from '../../../../src/common/clock.ts';
import { silentLog } from '../../../../src/common/log.ts';
import type { Principal } from '../../../../src/registry/auditTrail.ts';
import { MemoryAuditTrail } from '../../../support/memoryAuditTrail.ts';
import { waitFor } from '../../../support/processes.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const PLACE = { route: 'build', workspace: null, conversationId: null };
const EVERYTHING = { scope: { kind: 'everything' }, by: 'user', note: null } as const;
const USER: Principal = { door: 'user', client: null, conversationId: null, user: 'ada' };

async function stage(t: TestContext) {
  const folder = join(await temporaryFolder(t), 'refusals');
  mkdirSync(folder, { mode: 0o700 });
  const audit = new MemoryAuditTrail();
  const make = () => new WorkRefusals({ folder, audit, clock: systemClock, log: silentLog });
  const refusals = make();
  t.after(() => refusals.dispose());
  return { folder, audit, refusals, make };
}

suite('P7 refusals of new work, where several things happen at once', () => {
  test('one that is lifted while it is being written does not come back', async (t) => {
    const { folder, refusals } = await stage(t);
    const adding = refusals.add(EVERYTHING, USER);
    const [refusal, lifted] = await Promise.all([adding, refusals.lift(undefined, USER)]);
    assert.deepEqual(lifted, [refusal]);
    refusals.refresh();
    assert.equal(refusals.refusalOf(PLACE), null);
    assert.deepEqual(readRefusals(folder), []);
  });

  test('many that are added and lifted at once leave what the folder says', async (t) => {
    const { folder, refusals } = await stage(t);
    await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const { id } = await refusals.add(EVERYTHING, USER);
        if (at % 2 === 0) await refusals.lift(id, USER);
      }),
    );
    const kept = readRefusals(folder).map(({ refusal }) => refusal.id);
    assert.equal(kept.length, 10);
    assert.deepEqual(refusals.all.map(({ id }) => id).sort(), kept.sort());
  });

  test('one that comes in the same tick of a coarse file system is seen', async (t) => {
    const { folder, refusals } = await stage(t);
    const second = Math.floor(Date.now() / 1000) - 1;
    const put = async () => {
      await writeRefusal(folder, {
        refusal: newRefusal({ ...EVERYTHING, client: 'panic' }),
        isMerged: false,
      });
      utimesSync(folder, second, second);
    };
    await put();
    assert.equal(refusals.refresh().length, 1);
    await put();
    assert.equal(refusals.refresh().length, 1);
  });
});

suite('P8 a trail that cannot be written', () => {
  test('leaves a refusal to the next broker, which writes its row', async (t) => {
    const { folder, audit, refusals, make } = await stage(t);
    const refusal = newRefusal({ ...EVERYTHING, client: 'panic' });
    await writeRefusal(folder, { refusal, isMerged: false });
    audit.failure = new Error('disk full');
    await refusals.merged(refusals.refresh());
    assert.deepEqual(refusals.all, [refusal], 'in force and told all the same');
    audit.failure = null;
    const next = make();
    await next.merged(next.refresh());
    assert.deepEqual(
      audit.rows.map(({ action }) => action),
      ['work_refused'],
    );
    assert.deepEqual(make().refresh(), []);
  });

  test('keeps the note of one that was lifted, for later', async (t) => {
    const { folder, audit, refusals } = await stage(t);
    await refusals.merged([await refusals.add(EVERYTHING, USER)]);
    await liftOnDisk(folder, { client: 'terminal' });
    audit.failure = new Error('disk full');
    refusals.refresh();
    await refusals.merged([]);
    assert.equal(readLifted(folder).length, 1);
    audit.failure = null;
    refusals.refresh();
    await waitFor(() => readLifted(folder).length === 0, 1_000);
    assert.equal(audit.rows.at(-1)?.action, 'work_accepted');
  });
});
