import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { entryHash, inputsOf } from '../../../src/hostConfigs/entryHash.ts';
import type {
  InputDefinition,
  RemoteEntry,
  StdioEntry,
} from '../../../src/hostConfigs/serverEntry.ts';

const ENTRY: StdioEntry = {
  name: 'build',
  command: 'node',
  args: ['b.js', `\${input:key}`],
  cwd: `\${workspaceFolder}`,
  env: { A: '1', B: `\${input:made}` },
  envFile: null,
  written: {},
};
const REMOTE: RemoteEntry = {
  name: 'web',
  type: 'http',
  url: `https://h.example/\${input:path}`,
  headers: { A: '1', Authorization: `Bearer \${input:key}` },
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

  const remoteChanges: Partial<RemoteEntry>[] = [
    { type: 'sse' },
    { url: 'https://other.example/' },
    { headers: { A: '1' } },
    { headers: { A: '2', Authorization: `Bearer \${input:key}` } },
  ];
  for (const change of remoteChanges) {
    test(`of a remote server changes with ${JSON.stringify(change)}`, () => {
      assert.notEqual(entryHash({ ...REMOTE, ...change }, []), entryHash(REMOTE, []));
    });
  }

  test('finds the inputs of a remote server', () => {
    assert.deepEqual(inputsOf(REMOTE), ['path', 'key']);
  });

  test('finds every input of an entry once', () => {
    const entry = { ...ENTRY, cwd: `\${input:key}`, envFile: `\${input:file}` };
    assert.deepEqual(inputsOf(entry), ['key', 'file', 'made']);
  });
});
