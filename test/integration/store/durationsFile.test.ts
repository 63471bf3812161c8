import assert from 'node:assert/strict';
import { mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { durationsFile } from '../../../src/store/durationsFile.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const HISTORY = { schemaVersion: 1, tools: [{ route: 'r', tool: 't', runsMs: [1] }] };

suite('the file of durations', () => {
  test('reads what it wrote, for this user alone (P8)', async (t) => {
    const path = join(await temporaryFolder(t), 'durations.json');
    const file = durationsFile(path, () => false);
    assert.equal(await file.read(), null, 'nothing is kept yet');
    await file.write(HISTORY);
    assert.deepEqual(await file.read(), HISTORY);
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  test('a broker that is superseded writes nothing', async (t) => {
    const file = durationsFile(join(await temporaryFolder(t), 'durations.json'), () => true);
    await file.write(HISTORY);
    assert.equal(await file.read(), null);
  });

  test('what is damaged is refused in one line, and written anew', async (t) => {
    const path = join(await temporaryFolder(t), 'durations.json');
    const file = durationsFile(path, () => false);
    for (const content of ['', '{"schema', '\0\0\0']) {
      writeFileSync(path, content);
      await assert.rejects(file.read(), /durations\.json cannot be used/);
    }
    truncateSync(path, 5 * 1024 * 1024);
    await assert.rejects(file.read(), /far too large/);
    await file.write(HISTORY);
    assert.deepEqual(await file.read(), HISTORY);
  });

  test('a folder in its place is refused', async (t) => {
    const path = join(await temporaryFolder(t), 'durations.json');
    mkdirSync(path);
    await assert.rejects(durationsFile(path, () => false).read());
  });
});
