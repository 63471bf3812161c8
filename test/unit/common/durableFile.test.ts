import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { replaceWhole, writeDurably } from '../../../src/common/durableFile.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

suite('writing a file durably', () => {
  test('makes its folder, replaces what is there, and is for this user alone', async (t) => {
    const path = join(await temporaryFolder(t), 'a', 'file.json');
    await writeDurably(path, 'old');
    await writeDurably(path, 'new');
    assert.equal(await readFile(path, 'utf8'), 'new');
    if (process.platform !== 'win32') assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(join(path, '..')), ['file.json']);
  });

  test('of two at once each is whole', async (t) => {
    const path = join(await temporaryFolder(t), 'file.json');
    const texts = ['a', 'b'].map((letter) => letter.repeat(100_000));
    await Promise.all(texts.map((text) => replaceWhole(path, text, 0o600)));
    assert.ok(texts.includes(await readFile(path, 'utf8')));
  });

  test('gives just the mode that is asked for, whatever the umask takes away', async (t) => {
    if (process.platform === 'win32') return;
    const path = join(await temporaryFolder(t), 'file.json');
    await replaceWhole(path, 'text', 0o666);
    assert.equal((await stat(path)).mode & 0o777, 0o666);
  });

  test('leaves nothing half written where it fails', async (t) => {
    const folder = await temporaryFolder(t);
    const path = join(folder, 'taken');
    await mkdir(join(path, 'in'), { recursive: true });
    await assert.rejects(replaceWhole(path, 'text', 0o600));
    assert.deepEqual(await readdir(folder), ['taken']);
  });
});
