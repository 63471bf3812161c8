import assert from 'node:assert/strict';
import { chmod, lstat, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { replaceFile } from '../../../src/hostConfigs/replaceFile.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

suite('replaceFile', () => {
  test('replaces the text, keeps the mode, leaves a backup for this user alone', async (t) => {
    const folder = await temporaryFolder(t);
    const path = join(folder, 'mcp.json');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    const backupFolder = join(folder, 'backups');
    const backup = await replaceFile({ path, expected: 'old', text: 'new', backupFolder });
    assert.equal(await readFile(path, 'utf8'), 'new');
    assert.equal((await stat(path)).mode & 0o777, 0o640);
    assert.equal(await readFile(backup, 'utf8'), 'old');
    assert.equal((await stat(backup)).mode & 0o777, 0o600);
    assert.deepEqual((await readdir(folder)).sort(), ['backups', 'mcp.json']);
  });

  test('refuses a file that somebody has changed meanwhile', async (t) => {
    const folder = await temporaryFolder(t);
    const path = join(folder, 'mcp.json');
    await writeFile(path, 'theirs');
    const replacement = { path, expected: 'old', text: 'new', backupFolder: folder };
    await assert.rejects(replaceFile(replacement), /has just been changed/);
    assert.equal(await readFile(path, 'utf8'), 'theirs');
  });

  test('writes through a link and keeps the last ten backups', async (t) => {
    const folder = await temporaryFolder(t);
    const target = join(folder, 'target.json');
    const path = join(folder, 'mcp.json');
    await writeFile(target, '0');
    await symlink(target, path);
    const backupFolder = join(folder, 'backups');
    for (let turn = 0; turn < 12; turn++) {
      await replaceFile({ path, expected: `${turn}`, text: `${turn + 1}`, backupFolder });
    }
    assert.equal(await readFile(target, 'utf8'), '12');
    assert.ok((await lstat(path)).isSymbolicLink());
    assert.equal((await readdir(backupFolder)).length, 10);
  });
});
