import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { Datafile, type DatafileOptions } from '../../../src/store/datafile.ts';
import { syncFile } from '../../../src/store/durableFiles.ts';
import { settle } from '../../support/settle.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

async function stage(t: TestContext, options: Partial<DatafileOptions> = {}) {
  const path = join(await temporaryFolder(t), 'records', 'handles.db');
  await mkdir(dirname(path));
  const lines: string[] = [];
  const log = { write: (_level: string, text: string) => void lines.push(text) };
  const reopen = () => new Datafile({ path, log, isFenced: () => false, ...options });
  return { path, lines, reopen, file: reopen() };
}

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
}

suite('datafile: acknowledged writes', () => {
  test('P1 a put is in the file when it resolves', async (t) => {
    const { file, path } = await stage(t);
    await file.put({ _id: 'a', n: 1 });
    assert.deepEqual(
      (await linesOf(path)).map((line) => JSON.parse(line)),
      [{ _id: 'a', n: 1 }],
    );
  });

  test('P1 a put resolves only after its sync', async (t) => {
    let release = () => {};
    let isHeld = false;
    let isSyncing = false;
    const sync = async (path: string) => {
      if (isHeld) {
        isSyncing = true;
        await new Promise<void>((resolve) => (release = resolve));
      }
      return syncFile(path);
    };
    const { file, path } = await stage(t, { sync });
    await file.open();
    isHeld = true;
    let isDone = false;
    const put = file.put({ _id: 'a' }).then(() => {
      isDone = true;
    });
    while (!isSyncing) await settle();
    assert.equal((await linesOf(path)).length, 1);
    await settle();
    assert.equal(isDone, false);
    assert.deepEqual(file.held(), []);
    release();
    await put;
  });

  test('P1 concurrent writers are all durable and share syncs', async (t) => {
    let syncs = 0;
    const sync = (path: string) => {
      syncs += 1;
      return syncFile(path);
    };
    const { file, reopen } = await stage(t, { sync });
    await Promise.all(Array.from({ length: 200 }, (_, n) => file.put({ _id: `d${n}`, n })));
    assert.ok(syncs < 10, `${syncs} syncs`);
    const again = reopen();
    assert.equal((await again.all()).length, 200);
    assert.deepEqual(await again.get('d199'), { _id: 'd199', n: 199 });
  });

  test('a put stands in place of the one before', async (t) => {
    const { file, reopen } = await stage(t);
    await file.put({ _id: 'a', n: 1, gone: true });
    await file.put({ _id: 'a', n: 2 });
    assert.deepEqual(await file.all(), [{ _id: 'a', n: 2 }]);
    assert.deepEqual(await reopen().all(), [{ _id: 'a', n: 2 }]);
  });

  test('text with foreign line ends comes back whole', async (t) => {
    const { file, reopen, lines } = await stage(t);
    const text = 'a\u2028b\u2029c\u0085d\r\ne\nf\u0000g\ud800h😀"\\u2028"';
    await file.put({ _id: 'a', text });
    await file.put({ _id: 'b', text: 'after' });
    const again = reopen();
    assert.equal((await again.get('a'))?.text, text);
    await again.put({ _id: 'c' });
    assert.equal((await reopen().all()).length, 3);
    assert.deepEqual(lines, []);
  });

  test('a payload of 20 MB comes back whole', async (t) => {
    const { file, reopen } = await stage(t);
    const json = JSON.stringify({ text: 'é"\n'.repeat(5_000_000) });
    await file.put({ _id: 'a', json });
    assert.ok((await reopen().get('a'))?.json === json);
  });

  test('P8 the file is for this user alone', async (t) => {
    const { file, path } = await stage(t);
    await file.put({ _id: 'a' });
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  test('the file does not grow without end', async (t) => {
    const { file, path } = await stage(t);
    for (let round = 0; round < 30; round++) {
      const puts = Array.from({ length: 100 }, (_, n) => file.put({ _id: `d${n}`, round }));
      await Promise.all(puts);
    }
    assert.ok((await linesOf(path)).length < 2_700);
    assert.equal((await file.all()).length, 100);
  });

  test('a broker that lost its lock writes no more', async (t) => {
    let isFenced = false;
    const { file, path } = await stage(t, { isFenced: () => isFenced });
    await file.put({ _id: 'a' });
    const before = await readFile(path, 'utf8');
    isFenced = true;
    await assert.rejects(file.put({ _id: 'b' }), { code: 'lock_lost' });
    assert.equal(await readFile(path, 'utf8'), before);
  });

  test('a fenced broker does not even open', async (t) => {
    const { file, path } = await stage(t, { isFenced: () => true });
    await assert.rejects(file.all(), { code: 'lock_lost' });
    await assert.rejects(stat(path), { code: 'ENOENT' });
  });
});

suite('datafile: trouble', () => {
  test('a folder in its place is one clear error, and heals', async (t) => {
    const { file, path, reopen } = await stage(t);
    await mkdir(path);
    for (let attempt = 0; attempt < 3; attempt++) {
      await assert.rejects(file.put({ _id: 'a' }), (error: Error) => {
        assert.match(error.message, /handles\.db cannot be read or written \(EISDIR/);
        return !error.message.includes('\n');
      });
    }
    assert.deepEqual(await readdir(dirname(path)), ['handles.db']);
    await rmdir(path);
    await file.put({ _id: 'a' });
    assert.deepEqual(await reopen().all(), [{ _id: 'a' }]);
  });

  test('a folder that takes its place later is no loss', async (t) => {
    const { file, path, reopen } = await stage(t);
    await file.put({ _id: 'a' });
    await rm(path);
    await mkdir(path);
    await assert.rejects(file.put({ _id: 'b' }), { code: 'store_failed' });
    assert.deepEqual(await file.all(), [{ _id: 'a' }]);
    await rmdir(path);
    await file.put({ _id: 'c' });
    assert.deepEqual((await reopen().all()).map((document) => document._id).sort(), ['a', 'c']);
  });

  test('a file that vanished is written anew, whole', async (t) => {
    const { file, path, reopen, lines } = await stage(t);
    await file.put({ _id: 'a' });
    await rm(path);
    await file.put({ _id: 'b' });
    assert.equal((await reopen().all()).length, 2);
    assert.equal(lines.length, 1);
  });

  test('a vanished folder is not made again', async (t) => {
    const { file, path } = await stage(t);
    await file.put({ _id: 'a' });
    await rm(dirname(path), { recursive: true });
    await assert.rejects(file.put({ _id: 'b' }), { code: 'store_failed' });
    await assert.rejects(stat(dirname(path)), { code: 'ENOENT' });
    assert.deepEqual(file.held(), [{ _id: 'a' }]);
  });

  test('a sync that fails acknowledges nothing', async (t) => {
    let isFailing = false;
    const sync = (path: string) =>
      isFailing ? Promise.reject(new Error('EIO: i/o error')) : syncFile(path);
    const { file, reopen } = await stage(t, { sync });
    await file.put({ _id: 'a', n: 1 });
    isFailing = true;
    await assert.rejects(file.put({ _id: 'a', n: 2 }), { code: 'store_failed' });
    await assert.rejects(file.put({ _id: 'b' }), { code: 'store_failed' });
    assert.deepEqual(await file.all(), [{ _id: 'a', n: 1 }]);
    isFailing = false;
    await file.put({ _id: 'c' });
    const expected = [{ _id: 'a', n: 1 }, { _id: 'c' }];
    assert.deepEqual(await file.all(), expected);
    assert.deepEqual(await reopen().all(), expected);
  });

  test("somebody else's bytes are kept aside", async (t) => {
    const { file, path, reopen, lines } = await stage(t);
    await file.put({ _id: 'a' });
    await writeFile(path, 'precious\n');
    await file.put({ _id: 'b' });
    assert.equal(await readFile(`${path}.bad`, 'utf8'), 'precious\n');
    assert.equal((await reopen().all()).length, 2);
    assert.equal(lines.length, 1);
  });

  test('a torn line hides no good one and is kept aside', async (t) => {
    const { path, reopen, lines } = await stage(t);
    const text = '{"_id":"a","n":1}\n{"_id":"b","n"';
    await writeFile(path, text);
    const file = reopen();
    assert.deepEqual(await file.all(), [{ _id: 'a', n: 1 }]);
    assert.equal(await readFile(`${path}.bad`, 'utf8'), text);
    assert.equal(lines.length, 1);
    assert.ok(lines[0]?.includes(path));
    await file.put({ _id: 'b' });
    assert.equal((await reopen().all()).length, 2);
    assert.equal(lines.length, 1);
  });

  test('a second damage keeps a second copy', async (t) => {
    const { path, reopen } = await stage(t);
    await writeFile(path, 'first');
    await reopen().open();
    await writeFile(path, 'second');
    await reopen().open();
    assert.equal(await readFile(`${path}.bad`, 'utf8'), 'first');
    assert.equal(await readFile(`${path}.bad-2`, 'utf8'), 'second');
  });

  test('a compaction cut short by a crash loses nothing', async (t) => {
    const { path, reopen } = await stage(t);
    await writeFile(`${path}~`, '{"_id":"a"}\n');
    assert.deepEqual(await reopen().all(), [{ _id: 'a' }]);
  });
});
