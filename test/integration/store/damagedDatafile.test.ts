import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { newHandleId } from '../../../src/registry/handleId.ts';
import type { DamageReport } from '../../../src/store/damage.ts';
import { Datafile } from '../../../src/store/datafile.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const [A, B, C] = [newHandleId(), newHandleId(), newHandleId()];

async function stage(t: TestContext) {
  const path = join(await temporaryFolder(t), 'handles.db');
  const lines: string[] = [];
  const reports: DamageReport[] = [];
  const log = { write: (_level: string, text: string) => void lines.push(text) };
  const onDamage = (report: DamageReport) => void reports.push(report);
  const open = () => new Datafile({ path, log, isFenced: () => false, onDamage });
  return { path, lines, reports, open };
}

const line = (id: string, members: object = {}) => `${JSON.stringify({ _id: id, ...members })}\n`;
const half = (id: string) => line(id, { progress: { progress: 1 }, note: 'abc' }).slice(0, -8);

interface Case {
  readonly what: string;
  readonly content: string | Buffer;
  readonly ids: readonly string[];
  readonly report: Pick<DamageReport, 'lostLines' | 'lostHandles' | 'isTornTailOnly'>;
}

const lost = (lostLines: number, lostHandles: readonly string[], isTornTailOnly = false) => ({
  lostLines,
  lostHandles,
  isTornTailOnly,
});

const CASES: readonly Case[] = [
  {
    what: 'ends in a torn line',
    content: line(A) + half(B),
    ids: [A],
    report: lost(1, [B], true),
  },
  {
    what: 'lacks only its last line end',
    content: line(A) + line(B).trimEnd(),
    ids: [A, B],
    report: lost(0, []),
  },
  {
    what: 'has a whole record glued behind a torn half',
    content: line(A) + half(B) + line(C),
    ids: [A, C],
    report: lost(1, [B]),
  },
  {
    what: 'has two whole records on one line',
    content: line(A).trimEnd() + line(B) + line(C),
    ids: [A, B, C],
    report: lost(0, []),
  },
  {
    what: 'has a record behind blocks of NULs',
    content: `${line(A)}${'\0'.repeat(4096)}${line(B)}${line(C)}`,
    ids: [A, B, C],
    report: lost(1, []),
  },
  {
    what: 'ends in NULs',
    content: `${line(A)}${'\0'.repeat(4096)}`,
    ids: [A],
    report: lost(1, [], true),
  },
  {
    what: 'holds a foreign line end unescaped',
    content: line(A, { text: 'x\u2028y' }),
    ids: [A],
    report: lost(0, []),
  },
  {
    what: 'is binary',
    content: Buffer.from(Array.from({ length: 70_000 }, (_, n) => (n * 7919) % 251)),
    ids: [],
    report: lost(280, []),
  },
  { what: 'is something else', content: '[1,2]\n{"a":1}\n', ids: [], report: lost(2, []) },
];

suite('damaged datafile', () => {
  for (const { what, content, ids, report } of CASES) {
    test(`P1 one that ${what} gives every whole record`, async (t) => {
      const { path, reports, lines, open } = await stage(t);
      await writeFile(path, content);
      const found = await open().all();
      assert.deepEqual(
        found.map((document) => document._id),
        ids,
      );
      const aside = `${path}.bad`;
      assert.deepEqual(reports, [{ path, aside, salvaged: ids.length, ...report }]);
      assert.deepEqual(await readFile(aside), Buffer.from(content));
      assert.equal(lines.length, 1);
      assert.ok(ids.every((id) => !lines[0]?.includes(id)));
      const again = open();
      assert.deepEqual(await again.all(), found, 'the file is whole from now on');
      await again.put({ _id: 'next' });
      assert.equal((await open().all()).length, ids.length + 1);
      assert.equal(reports.length, 1);
    });
  }

  test('a million lines are read, and the last of each record holds', async (t) => {
    const { path, reports, open } = await stage(t);
    const lines = Array.from({ length: 1_000_000 }, (_, n) => `{"_id":"r${n % 1_000}","n":${n}}\n`);
    await writeFile(path, lines.join(''));
    const found = await open().all();
    assert.equal(found.length, 1_000);
    assert.ok(found.every(({ n }) => Number(n) >= 999_000));
    assert.deepEqual(reports, []);
  });

  test('an empty file is no damage', async (t) => {
    const { path, reports, open } = await stage(t);
    await writeFile(path, '');
    assert.deepEqual(await open().all(), []);
    assert.deepEqual(reports, []);
  });

  test('a removal that was recorded holds', async (t) => {
    const { path, open } = await stage(t);
    await writeFile(path, `${line(A)}${line(B)}{"$$deleted":true,"_id":"${A}"}\n`);
    assert.deepEqual(await open().all(), [{ _id: B }]);
  });

  test('a removal is in the file when it resolves', async (t) => {
    const { path, open } = await stage(t);
    const file = open();
    await Promise.all([file.put({ _id: A }), file.put({ _id: B })]);
    await file.remove([A, C]);
    assert.deepEqual(await file.all(), [{ _id: B }]);
    assert.deepEqual(await open().all(), [{ _id: B }]);
    assert.match(await readFile(path, 'utf8'), /\$\$deleted/);
    await file.remove([C]);
    await file.put({ _id: A, n: 2 });
    assert.equal((await open().all()).length, 2);
  });

  test('a sound file is not written anew', async (t) => {
    const { path, open } = await stage(t);
    await writeFile(path, line(A) + line(A, { n: 2 }));
    const before = await stat(path);
    assert.deepEqual(await open().all(), [{ _id: A, n: 2 }]);
    const { ino, mtimeMs } = await stat(path);
    assert.deepEqual({ ino, mtimeMs }, { ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test('a hundredfold superseded file is read and then made small', async (t) => {
    const { path, open } = await stage(t);
    const round = Array.from({ length: 100 }, (_, n) => line(`d${n}`, { text: 'x'.repeat(900) }));
    await writeFile(path, round.join('').repeat(100));
    const file = open();
    await file.put({ _id: 'next' });
    assert.equal((await file.all()).length, 101);
    assert.ok((await stat(path)).size < 200_000);
  });
});
