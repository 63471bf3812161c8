import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import {
  type DisabledOriginal,
  DisabledOriginals,
} from '../../../../src/editor/tracking/disabledOriginals.ts';
import { memoryOf, secretsOf } from '../../../support/editorMemory.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const FILE = `{
  "servers": {
    "a": { "command": "x", "env": { "KEY": "sesame" } },
    "b": { "command": "y" }
  }
}
`;

async function stage(t: TestContext, text = FILE, kind: DisabledOriginal['kind'] = 'vscode') {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'mcp.json');
  await writeFile(path, text);
  const memory = memoryOf();
  const secrets = secretsOf();
  const backupFolder = join(folder, 'backups');
  const originals = new DisabledOriginals({ memory, secrets, backupFolder });
  const read = () => readFile(path, 'utf8');
  return { originals, original: { kind, path, name: 'a' }, read, secrets, memory, folder };
}

suite('DisabledOriginals', () => {
  test('takes an entry out, still knows it, and brings it back exactly', async (t) => {
    const { originals, original, read, secrets, memory } = await stage(t);
    const backup = await originals.disable(original);
    assert.equal(await readFile(backup, 'utf8'), FILE);
    assert.match(await read(), /\/\/ "a": \{/);
    assert.deepEqual(await originals.entriesOf(original.path), {
      a: { command: 'x', env: { KEY: 'sesame' } },
    });
    assert.equal(
      JSON.stringify(memory.get('mcpTaskHandles.disabledOriginals')).includes('sesame'),
      false,
    );
    assert.equal(await originals.restore(original), 'restored');
    assert.equal(await read(), FILE);
    assert.equal(originals.has(original), false);
    assert.equal(secrets.kept.size, 0);
  });

  test('leaves a place that was edited since as it is', async (t) => {
    const { originals, original, read } = await stage(t);
    await originals.disable(original);
    const edited = (await read()).replace('"x"', '"z"');
    await writeFile(original.path, edited);
    assert.equal(await originals.restore(original), 'changed');
    assert.equal(await read(), edited);
  });

  test('doubles nothing when the entry is there again', async (t) => {
    const { originals, original, read } = await stage(t);
    await originals.disable(original);
    await writeFile(original.path, FILE);
    assert.equal(await originals.restore(original), 'restored');
    assert.equal(await read(), FILE);
  });

  test('adds the entry again to a .mcp.json that has changed', async (t) => {
    const text = '{"mcpServers": {"a": {"command": "x"}}}';
    const { originals, original, read } = await stage(t, text, 'root');
    await originals.disable(original);
    await writeFile(original.path, '{"mcpServers": {"c": {"command": "z"}}}');
    assert.equal(await originals.restore(original), 'restored');
    assert.deepEqual(JSON.parse(await read()).mcpServers, {
      c: { command: 'z' },
      a: { command: 'x' },
    });
  });

  test('remembers nothing when no backup can be made', async (t) => {
    const { originals, original, read, secrets, folder } = await stage(t);
    await writeFile(join(folder, 'backups'), 'in the way');
    await assert.rejects(originals.disable(original));
    assert.equal(await read(), FILE);
    assert.equal(originals.has(original), false);
    assert.equal(secrets.kept.size, 0);
  });

  test('restores nothing that it did not disable', async (t) => {
    const { originals, original } = await stage(t);
    assert.equal(await originals.restore(original), 'absent');
  });
});
