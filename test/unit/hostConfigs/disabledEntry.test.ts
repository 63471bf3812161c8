import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  disabledEntries,
  disableEntry,
  restoreEntry,
} from '../../../src/hostConfigs/disabledEntry.ts';
import { parseHostConfig } from '../../../src/hostConfigs/readHostConfig.ts';

const FILE = `{
  // ours
  "servers": {
    "first": { "command": "a" }, // keep me
    "second": {
      "command": "b",

      "args": ["src/**/*.ts"] // all
    },
    // my own line
    /* between */
    "third": { "command": "c" } // and me
  },
  "inputs": []
}
`;

function namesIn(text: string): { on: string[]; off: string[] } {
  const config = parseHostConfig(text, { kind: 'vscode', label: 'file' });
  assert.deepEqual(config.problems, []);
  return {
    on: config.servers.map(({ name }) => name),
    off: config.disabled.map(({ name }) => name),
  };
}

suite('disableEntry', () => {
  for (const name of ['first', 'second', 'third']) {
    test(`comments out the ${name} entry and brings it back exactly`, () => {
      const text = disableEntry(FILE, name);
      const rest = ['first', 'second', 'third'].filter((one) => one !== name);
      assert.deepEqual(namesIn(text), { on: rest, off: [name] });
      assert.match(text, /\/\/ keep me/);
      assert.match(text, /\/\/ and me/);
      assert.equal(restoreEntry(text, name), FILE);
    });
  }

  test('brings several back in any order', () => {
    const text = ['second', 'first', 'third'].reduce(disableEntry, FILE);
    assert.deepEqual(namesIn(text), { on: [], off: ['first', 'second', 'third'] });
    const back = ['third', 'second', 'first'].reduce(
      (left, name) => restoreEntry(left, name) ?? 'lost',
      text,
    );
    assert.equal(back, FILE);
  });

  const forms = [
    '{"servers":{"x":{"command":"a"}}}',
    '{"servers":{"w":{"command":"z"},"x":{"command":"a"},"y":{"command":"b"}}}',
    '{ "servers": { "x": { "command": "a" } /* why */ , "y": { "command": "b" } } }',
    '{\r\n\t"servers": {\r\n\t\t"x": {\r\n\t\t\t"command": "a"\r\n\t\t},\r\n\t}\r\n}\r\n',
    '{\n"servers": {\n"y": {"command": "b"},\n"x": {"command": "a"}}}',
  ];
  for (const form of forms) {
    test(`is undone exactly in ${JSON.stringify(form)}`, () => {
      const text = disableEntry(form, 'x');
      assert.equal(namesIn(text).on.includes('x'), false);
      assert.equal(restoreEntry(text, 'x'), form);
      if (form.includes('\r\n')) assert.equal(/[^\r]\n/.test(text), false);
    });
  }

  test('survives edits elsewhere and a cut of trailing blanks', () => {
    const text = disableEntry(FILE, 'second');
    const edited = text.replace('"inputs": []', '"inputs": [{}]').replace(/[^\S\n]+$/gm, '');
    assert.equal(restoreEntry(edited, 'second'), FILE.replace('"inputs": []', '"inputs": [{}]'));
  });

  test('knows the entry as it stands in the comment', () => {
    const text = disableEntry(FILE, 'third').replace('"command": "c"', '"command": "other"');
    assert.deepEqual(disabledEntries(text), [{ name: 'third', value: { command: 'other' } }]);
  });

  test('finds nothing where the comment was cut', () => {
    const text = disableEntry(FILE, 'second').replace(/.*"command": "b".*\n/, '');
    assert.equal(restoreEntry(text, 'second'), undefined);
    assert.deepEqual(disabledEntries(text), []);
  });

  test('lets an entry that is on win over its own comment', () => {
    const text = disableEntry(FILE, 'first').replace(
      '"second"',
      '"first": { "command": "again" }, "second"',
    );
    assert.deepEqual(namesIn(text), { on: ['first', 'second', 'third'], off: [] });
  });

  test('refuses an entry that is not there', () => {
    assert.throws(() => disableEntry(FILE, 'none'), /no longer in its file/);
  });
});
