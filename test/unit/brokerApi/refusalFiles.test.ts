import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import {
  liftOnDisk,
  markMerged,
  newRefusal,
  readLifted,
  readRefusals,
  removeRefusal,
  writeRefusal,
} from '../../../src/brokerApi/refusalFiles.ts';
import { TaskHandlesError } from '../../../src/common/errors.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const ALL = { scope: { kind: 'everything' }, by: 'user', client: 'terminal', note: null } as const;

async function folderOf(t: TestContext): Promise<string> {
  return join(await temporaryFolder(t), 'refusals');
}

suite('refusals on disk', () => {
  test('P7 come back, each from a file of its own', async (t) => {
    const folder = await folderOf(t);
    assert.deepEqual(readRefusals(folder), []);
    const [one, other] = [newRefusal(ALL), newRefusal({ ...ALL, note: 'why' })];
    await Promise.all([
      writeRefusal(folder, { refusal: one, isMerged: false }),
      writeRefusal(folder, { refusal: other, isMerged: true }),
    ]);
    const kept = new Map(readRefusals(folder).map((each) => [each.refusal.id, each]));
    assert.deepEqual(kept.get(one.id), { refusal: one, isMerged: false });
    assert.deepEqual(kept.get(other.id), { refusal: other, isMerged: true });
  });

  test('P7 with a reason of any length can be read again', async (t) => {
    const folder = await folderOf(t);
    const refusal = newRefusal({ ...ALL, note: 'x'.repeat(2_000_000) });
    await writeRefusal(folder, { refusal, isMerged: true });
    assert.deepEqual(readRefusals(folder), [{ refusal, isMerged: true }]);
  });

  test('are marked as merged, but not brought back by that', async (t) => {
    const folder = await folderOf(t);
    const refusal = newRefusal(ALL);
    await writeRefusal(folder, { refusal, isMerged: false });
    await markMerged(folder, refusal);
    const [kept] = readRefusals(folder);
    assert.deepEqual(kept, { refusal, isMerged: true });
    await removeRefusal(folder, { refusal, isMerged: true });
    await markMerged(folder, refusal);
    assert.deepEqual(readRefusals(folder), []);
  });

  test('P7 lifted without a broker leave a note for the audit trail', async (t) => {
    const folder = await folderOf(t);
    const [one, other] = [newRefusal(ALL), newRefusal(ALL)];
    for (const refusal of [one, other]) await writeRefusal(folder, { refusal, isMerged: true });
    const client = 'terminal';
    await assert.rejects(liftOnDisk(folder, { id: 'none', client }), (error) =>
      TaskHandlesError.is(error, 'usage'),
    );
    assert.deepEqual(await liftOnDisk(folder, { id: one.id, client }), [one]);
    assert.deepEqual(await liftOnDisk(folder, { client }), [other]);
    assert.deepEqual(readRefusals(folder), []);
    const notes = readLifted(folder).map(({ refusal }) => refusal.id);
    assert.deepEqual(notes.sort(), [one.id, other.id].sort());
  });
});

suite('P7 what cannot be read refuses everything, and is kept aside when it is lifted', () => {
  const broken: [string, (folder: string) => void][] = [
    ['half a file', (folder) => writeFileSync(join(folder, 'abcd1234.json'), '{"version":1,')],
    ['a file of another version', (folder) => writeFileSync(join(folder, 'abcd.json'), '{}')],
    ['a name that is none', (folder) => writeFileSync(join(folder, 'Not One.json'), '{}')],
    ['a link', (folder) => symlinkSync('/etc/hosts', join(folder, 'abcd1234.json'))],
    [
      'a file that others may write',
      (folder) => {
        const path = join(folder, 'abcd1234.json');
        writeFileSync(path, JSON.stringify({ version: 1, ...ALL, id: 'abcd1234' }));
        chmodSync(path, 0o666);
      },
    ],
    [
      'a file in the place of the folder',
      (folder) => {
        rmSync(folder, { recursive: true });
        writeFileSync(folder, '');
      },
    ],
  ];
  for (const [what, make] of broken) {
    test(what, async (t) => {
      const folder = await folderOf(t);
      mkdirSync(folder, { mode: 0o700 });
      make(folder);
      const [kept, ...more] = readRefusals(folder);
      assert.equal(more.length, 0);
      assert.equal(kept?.refusal.scope.kind, 'everything');
      assert.match(kept?.refusal.note ?? '', /cannot be read .*so everything is refused/);
      const lifted = await liftOnDisk(folder, { client: 'terminal' });
      assert.equal(lifted.length, 1);
      assert.deepEqual(readRefusals(folder), []);
      const around = [...readdirSync(join(folder, '..'))];
      const inside = around.includes('refusals') ? readdirSync(folder) : [];
      assert.match([...around, ...inside].join(), /\.bad-\d+/);
    });
  }

  test('but a home that is no folder has never held any', async (t) => {
    const home = join(await temporaryFolder(t), 'home');
    writeFileSync(home, '');
    assert.deepEqual(readRefusals(join(home, 'refusals')), []);
  });
});
