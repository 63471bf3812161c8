import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { addEntry, disableEntry, restoreEntry } from '../../../src/hostConfigs/entryText.ts';
import { parseHostConfig } from '../../../src/hostConfigs/readHostConfig.ts';

const FILE = `{
  // ours
  "servers": {
    "first": { "command": "a" }, // keep me
    "second": {
      "command": "b",
      "args": ["src/**/*.ts"]
    },
    /* between */
    "third": { "command": "c" } // and me
  },
  "inputs": []
}
`;

function namesIn(text: string, kind: 'vscode' | 'root' = 'vscode'): string[] {
  const { servers, problems } = parseHostConfig(text, { kind, label: 'file' });
  assert.deepEqual(problems, []);
  return servers.map(({ name }) => name);
}

suite('disableEntry', () => {
  for (const name of ['first', 'second', 'third']) {
    test(`comments out the ${name} entry and brings it back exactly`, () => {
      const { text, edit } = disableEntry(FILE, { kind: 'vscode', name });
      assert.deepEqual(
        namesIn(text),
        ['first', 'second', 'third'].filter((one) => one !== name),
      );
      assert.match(text, /\/\/ keep me/);
      assert.match(text, /\/\/ and me/);
      assert.match(text, new RegExp(`// "${name}": \\{`));
      assert.equal(restoreEntry(text, edit), FILE);
    });
  }

  test('leaves no comma too many for strict readers', () => {
    const file = '{"mcpServers": {"a": {"command": "x"}, "b": {"command": "y"}}}';
    for (const name of ['a', 'b']) {
      const { text, edit } = disableEntry(file, { kind: 'root', name });
      assert.equal(Object.keys(JSON.parse(text).mcpServers).length, 1);
      assert.equal(restoreEntry(text, edit), file);
    }
  });

  test('handles an only entry, one line and Windows line ends', () => {
    for (const file of [
      '{"servers":{"x":{"command":"a"}}}',
      '{\r\n\t"servers": {\r\n\t\t"x": {\r\n\t\t\t"command": "a"\r\n\t\t},\r\n\t}\r\n}\r\n',
    ]) {
      const { text, edit } = disableEntry(file, { kind: 'vscode', name: 'x' });
      assert.deepEqual(namesIn(text), []);
      assert.equal(text.includes('\r\n') && /[^\r]\n/.test(text), false);
      assert.equal(restoreEntry(text, edit), file);
    }
  });

  test('restores the entry after edits elsewhere in the file', () => {
    const { text, edit } = disableEntry(FILE, { kind: 'vscode', name: 'second' });
    const edited = text.replace('"inputs": []', '"inputs": [{}]');
    assert.equal(restoreEntry(edited, edit), FILE.replace('"inputs": []', '"inputs": [{}]'));
  });

  test('restores nothing whose place was edited', () => {
    const { text, edit } = disableEntry(FILE, { kind: 'vscode', name: 'second' });
    assert.equal(restoreEntry(text.replace('"b"', '"other"'), edit), undefined);
    const root = disableEntry('{"mcpServers":{"x":{"command":"a"}}}', { kind: 'root', name: 'x' });
    assert.equal(restoreEntry(`${root.text}\n`, root.edit), undefined);
  });

  test('refuses an entry that is not there', () => {
    assert.throws(
      () => disableEntry(FILE, { kind: 'vscode', name: 'none' }),
      /no longer in its file/,
    );
  });

  test('adds an entry to a changed file and keeps the rest', () => {
    const added = addEntry(
      '{"mcpServers": {"y": {"command": "b"}}}',
      { kind: 'root', name: 'x' },
      {
        command: 'a',
      },
    );
    assert.deepEqual(namesIn(added, 'root'), ['y', 'x']);
  });
});
