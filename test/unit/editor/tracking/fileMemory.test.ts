import assert from 'node:assert/strict';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { FileMemory } from '../../../../src/editor/tracking/fileMemory.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

suite('FileMemory', () => {
  test('remembers for the next window, in a file for this user alone', async (t) => {
    const path = join(await temporaryFolder(t), 'workspaces', 'one.json');
    await new FileMemory(path).update('a', [1]);
    await new FileMemory(path).update('b', { c: 2 });
    const next = new FileMemory(path);
    assert.deepEqual([next.get('a'), next.get('b'), next.get('c')], [[1], { c: 2 }, undefined]);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  test('sees what another window has written since', async (t) => {
    const path = join(await temporaryFolder(t), 'one.json');
    const [first, second] = [new FileMemory(path), new FileMemory(path)];
    await first.update('a', 1);
    await second.update('b', 2);
    assert.deepEqual([first.get('a'), first.get('b')], [1, 2]);
  });

  test('knows nothing of a missing or broken file', async (t) => {
    const folder = await temporaryFolder(t);
    assert.equal(new FileMemory(join(folder, 'none.json')).get('a'), undefined);
    await writeFile(join(folder, 'broken.json'), '{"a": 1');
    assert.equal(new FileMemory(join(folder, 'broken.json')).get('a'), undefined);
    await mkdir(join(folder, 'folder.json'));
    assert.equal(new FileMemory(join(folder, 'folder.json')).get('a'), undefined);
  });
});
