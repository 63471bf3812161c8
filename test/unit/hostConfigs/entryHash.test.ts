import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { entryHash, inputsOf } from '../../../src/hostConfigs/entryHash.ts';
import type { InputDefinition, StdioEntry } from '../../../src/hostConfigs/serverEntry.ts';

const ENTRY: StdioEntry = {
  name: 'build',
  command: 'node',
  args: ['b.js', `\${input:key}`],
  cwd: `\${workspaceFolder}`,
  env: { A: '1', B: `\${input:made}` },
  envFile: null,
  written: {},
};
const MADE: InputDefinition = {
  type: 'command',
  id: 'made',
  description: '',
  command: 'make.it',
  args: undefined,
};

suite('entryHash', () => {
  test('is equal for equal commands, whatever the order of env', () => {
    const turned = { ...ENTRY, name: 'other', env: { B: `\${input:made}`, A: '1' } };
    assert.equal(entryHash(turned, []), entryHash(ENTRY, []));
  });

  const changes: Partial<StdioEntry>[] = [
    { command: 'deno' },
    { args: ['b.js'] },
    { args: [`b.js \${input:key}`] },
    { cwd: null },
    { env: { A: '2', B: `\${input:made}` } },
    { env: { A: '1' } },
    { env: { A: '1', B: null } },
    { envFile: '.env' },
  ];
  for (const change of changes) {
    test(`changes with ${JSON.stringify(change)}`, () => {
      assert.notEqual(entryHash({ ...ENTRY, ...change }, []), entryHash(ENTRY, []));
    });
  }

  test('changes with the editor command behind an input that is used', () => {
    const other: InputDefinition = { ...MADE, command: 'make.other' };
    assert.notEqual(entryHash(ENTRY, [other]), entryHash(ENTRY, [MADE]));
    const unused: InputDefinition = { ...MADE, id: 'unused' };
    assert.equal(entryHash(ENTRY, [MADE, unused]), entryHash(ENTRY, [MADE]));
  });

  test('finds every input of an entry once', () => {
    const entry = { ...ENTRY, cwd: `\${input:key}`, envFile: `\${input:file}` };
    assert.deepEqual(inputsOf(entry), ['key', 'file', 'made']);
  });
});
