import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { Originals } from '../../../../src/editor/tracking/originals.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const FILE = `{
  "servers": {
    "a": { "command": "x", "env": { "KEY": "sesame" } },
    "b": { "command": "y" }
  }
}
`;

async function stage(t: TestContext) {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'mcp.json');
  await writeFile(path, FILE);
  const originals = new Originals(join(folder, 'backups'));
  return { originals, folder, original: { path, name: 'a' }, read: () => readFile(path, 'utf8') };
}

suite('Originals', () => {
  test('switches an entry off and on exactly, each time with a backup', async (t) => {
    const { originals, original, read } = await stage(t);
    const first = await originals.disable(original);
    assert.equal(await readFile(first, 'utf8'), FILE);
    assert.equal(await originals.isDisabled(original), true);
    const disabled = await read();
    const second = await originals.restore(original);
    assert.equal(await readFile(second ?? '', 'utf8'), disabled);
    assert.equal(await read(), FILE);
    assert.equal(await originals.isDisabled(original), false);
  });

  test('restores nothing that is not our comment', async (t) => {
    const { originals, original, read } = await stage(t);
    assert.equal(await originals.restore(original), undefined);
    assert.equal(await read(), FILE);
  });

  test('leaves the file alone when no backup can be made', async (t) => {
    const { originals, original, read, folder } = await stage(t);
    await writeFile(join(folder, 'backups'), 'in the way');
    await assert.rejects(originals.disable(original));
    assert.equal(await read(), FILE);
  });

  test('says one line about a file that is gone', async (t) => {
    const { originals, original } = await stage(t);
    const gone = { ...original, path: `${original.path}.gone` };
    await assert.rejects(originals.disable(gone), /mcp\.json\.gone cannot be read \(ENOENT/);
    assert.equal(await originals.isDisabled(gone), false);
  });
});
