import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { auditDraftOf, BROKER_PRINCIPAL } from '../../../src/registry/auditDrafts.ts';
import type { AuditDraft, AuditQuery } from '../../../src/registry/auditTrail.ts';
import { newHandleId } from '../../../src/registry/handleId.ts';
import { AuditFiles } from '../../../src/store/auditFiles.ts';
import { aTask } from '../../support/taskRecords.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const FIRST = 'audit-000001.ndjson';

function aRow(reason = 'why'): AuditDraft {
  const event = { type: 'lost', note: reason } as const;
  return auditDraftOf({ before: null, after: aTask(), event, principal: BROKER_PRINCIPAL });
}

async function stage(t: TestContext) {
  const folder = join(await temporaryFolder(t), 'audit');
  const lines: string[] = [];
  let isFenced = false;
  const log = { write: (_level: string, text: string) => void lines.push(text) };
  const trail = (limitBytes = 4_000_000) =>
    new AuditFiles({ folder, log, isFenced: () => isFenced, limitBytes });
  const fence = () => {
    isFenced = true;
  };
  const path = (name = FIRST) => join(folder, name);
  return { folder, lines, trail, fence, path };
}

async function filled(trail: AuditFiles, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await trail.append(aRow(`reason ${index}`));
}

async function changeLines(path: string, change: (lines: string[]) => string[]): Promise<void> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await writeFile(path, `${change(lines).join('\n')}\n`);
}

suite('the audit trail', () => {
  test('P8 rows are numbered, chained and read back in their order', async (t) => {
    const { trail } = await stage(t);
    const first = trail();
    const rows = await Promise.all(
      Array.from({ length: 50 }, (_, n) => first.append(aRow(`${n}`))),
    );
    assert.deepEqual(
      rows.map(({ sequence }) => sequence),
      Array.from({ length: 50 }, (_, n) => n + 1),
    );
    const again = trail();
    assert.deepEqual(await again.read({}), rows);
    assert.deepEqual(await again.verify(), []);
    assert.equal((await again.append(aRow())).previousHash, rows[49]?.hash);
  });

  test('P8 what an ending freed is covered by the chain like all else', async (t) => {
    const { trail, path } = await stage(t);
    for (const memoryBytes of [1234, null]) {
      const freed = { processes: 3, memoryBytes };
      const event = { type: 'revocationEnded', level: 'killed', note: null, freed } as const;
      const change = { before: null, after: aTask(), event, principal: BROKER_PRINCIPAL };
      await trail().append(auditDraftOf(change));
    }
    const rows = await trail().read({});
    assert.deepEqual(
      rows.map(({ level, freed }) => [level, freed?.processes, freed?.memoryBytes]),
      [
        ['killed', 3, 1234],
        ['killed', 3, null],
      ],
    );
    assert.deepEqual(await trail().verify(), []);
    await changeLines(path(), (lines) => lines.map((line) => line.replace('1234', '1235')));
    assert.match((await trail().verify())[0]?.problem ?? '', /was edited/);
  });

  test('P8 files follow each other without a gap, and a page reads its own', async (t) => {
    const { trail, folder } = await stage(t);
    const small = trail(2_000);
    await filled(small, 30);
    assert.ok((await readdir(folder)).length > 3);
    assert.deepEqual(await small.verify(), []);
    const page = await small.read({ afterSequence: 20, limit: 5 });
    assert.deepEqual(
      page.map(({ sequence }) => sequence),
      [21, 22, 23, 24, 25],
    );
  });

  test('P8 the newest rows are read across files, and of one handle as well', async (t) => {
    const { trail } = await stage(t);
    const small = trail(2_000);
    await filled(small, 30);
    const sequences = async (query: AuditQuery) =>
      (await small.read({ ...query, newest: true })).map(({ sequence }) => sequence);
    assert.deepEqual(await sequences({ limit: 7 }), [24, 25, 26, 27, 28, 29, 30]);
    assert.deepEqual(await sequences({ limit: 7, afterSequence: 28 }), [29, 30]);
    assert.equal((await sequences({})).length, 30);
    assert.deepEqual(await sequences({ handle: newHandleId() }), []);
  });

  test('P8 a text with foreign line ends stays one row', async (t) => {
    const { trail } = await stage(t);
    const audit = trail();
    const row = await audit.append(aRow('one\u2028two\u2029three\r\nfour'));
    assert.deepEqual(await audit.read({}), [row]);
    assert.deepEqual(await audit.verify(), []);
  });

  test('P8 rows of one handle are found', async (t) => {
    const { trail } = await stage(t);
    const audit = trail();
    await filled(audit, 3);
    const row = await audit.append(aRow('mine'));
    assert.ok(row.handle !== null);
    assert.deepEqual(await audit.read({ handle: row.handle }), [row]);
    assert.deepEqual((await audit.lastRows()).get(row.handle), row);
  });

  const DAMAGES: [string, (lines: string[]) => string[], RegExp][] = [
    [
      'an edited row',
      (l) => l.map((line, n) => (n === 4 ? line.replace('reason', 'raison') : line)),
      /edited/,
    ],
    ['a missing row', (l) => l.filter((_, n) => n !== 4), /rows 5 to 5 are missing/],
    ['an unreadable row', (l) => l.map((line, n) => (n === 4 ? 'junk' : line)), /not a row/],
    ['a row told twice', (l) => [...l.slice(0, 5), l[4] ?? '', ...l.slice(5)], /out of its place/],
  ];
  for (const [name, damage, problem] of DAMAGES) {
    test(`P8 verify finds ${name} and blames no other`, async (t) => {
      const { trail, path } = await stage(t);
      await filled(trail(), 10);
      await changeLines(path(), damage);
      const faults = await trail().verify();
      assert.equal(faults.length, 1, JSON.stringify(faults));
      assert.equal(faults[0]?.file, FIRST);
      assert.match(faults[0]?.problem ?? '', problem);
    });
  }

  test('P8 verify finds a file that is gone', async (t) => {
    const { trail, path } = await stage(t);
    await filled(trail(2_000), 30);
    await rm(path('audit-000002.ndjson'));
    assert.match((await trail().verify())[0]?.problem ?? '', /are missing before row/);
  });

  test('a torn last row is cut and kept aside, and the chain goes on', async (t) => {
    const { trail, path, lines } = await stage(t);
    await filled(trail(), 3);
    await appendFile(path(), '{"sequence":4,"ti');
    const audit = trail();
    assert.equal((await audit.append(aRow())).sequence, 4);
    assert.deepEqual(await audit.verify(), []);
    assert.match(lines[0] ?? '', /torn/);
    assert.match(await readFile(`${path()}.bad`, 'utf8'), /"ti$/);
  });

  test('bytes that somebody else wrote are kept aside', async (t) => {
    const { trail, path, lines } = await stage(t);
    const audit = trail();
    await filled(audit, 2);
    await appendFile(path(), 'junk\n');
    await audit.append(aRow());
    assert.deepEqual(await audit.verify(), []);
    assert.match(lines[0] ?? '', /changed by somebody else/);
  });

  test('P8 a disk that refuses rejects the row, and the chain has no gap when it heals', async (t) => {
    const { trail, folder } = await stage(t);
    const audit = trail();
    await filled(audit, 2);
    await rename(folder, `${folder}-away`);
    await writeFile(folder, 'a file in the place of the folder');
    await assert.rejects(audit.append(aRow()), { code: 'store_failed' });
    await rm(folder);
    await rename(`${folder}-away`, folder);
    assert.equal((await audit.append(aRow())).sequence, 3);
    assert.deepEqual(await audit.verify(), []);
  });

  test('P8 when the files vanish the chain goes on, and the gap shows', async (t) => {
    const { trail, folder } = await stage(t);
    const audit = trail();
    await filled(audit, 3);
    await rm(folder, { recursive: true });
    await assert.rejects(audit.append(aRow()), { code: 'store_failed' });
    assert.equal((await audit.append(aRow())).sequence, 4);
    assert.match((await audit.verify())[0]?.problem ?? '', /rows 1 to 3 are missing/);
  });

  test('P7 a broker that was superseded writes no row', async (t) => {
    const { trail, fence } = await stage(t);
    const audit = trail();
    await filled(audit, 1);
    fence();
    await assert.rejects(audit.append(aRow()), { code: 'lock_lost' });
  });
});
