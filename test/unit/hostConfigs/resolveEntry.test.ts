import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { resolveEntry } from '../../../src/hostConfigs/resolveEntry.ts';
import type { VariableContext } from '../../../src/hostConfigs/resolveVariables.ts';
import type { StdioEntry } from '../../../src/hostConfigs/serverEntry.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const ENTRY: StdioEntry = {
  name: 'build',
  command: 'node',
  args: [],
  cwd: null,
  env: {},
  envFile: null,
  written: {},
};

function contextAt(path: string): VariableContext {
  return {
    folder: { name: 'app', path },
    folders: [],
    userHome: '/home/ada',
    env: { PATH: '/bin', DROP: 'x', GONE: undefined },
    hasPlainEnv: false,
    input: async () => undefined,
    config: () => undefined,
    command: async () => undefined,
  };
}

suite('resolveEntry', () => {
  test('puts env over envFile over what is inherited', async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, '.env'), 'A=file\nB=file\nPATH=/file\n');
    const entry = { ...ENTRY, envFile: '.env', env: { B: 'entry', DROP: null } };
    const { resolved, problems } = await resolveEntry(entry, contextAt(folder));
    assert.deepEqual(problems, []);
    assert.deepEqual(resolved?.env, { A: 'file', B: 'entry', PATH: '/file' });
  });

  test('takes the workspace folder for a missing or relative cwd', async () => {
    const context = contextAt('/code/app');
    assert.equal((await resolveEntry(ENTRY, context)).resolved?.cwd, '/code/app');
    const relative = await resolveEntry({ ...ENTRY, cwd: 'sub' }, context);
    assert.equal(relative.resolved?.cwd, '/code/app/sub');
    const home = await resolveEntry({ ...ENTRY, cwd: '~/x', command: '~/bin/run' }, context);
    assert.equal(home.resolved?.cwd, '/home/ada/x');
    assert.equal(home.resolved?.command, '/home/ada/bin/run');
  });

  test('resolves nothing when a variable has no value', async () => {
    const entry = { ...ENTRY, args: [`\${input:key}`], env: { A: `\${odd}` } };
    const { resolved, problems } = await resolveEntry(entry, contextAt('/code/app'));
    assert.equal(resolved, undefined);
    assert.equal(problems.length, 2);
  });

  test('says one line about a missing envFile', async () => {
    const entry = { ...ENTRY, envFile: 'none.env' };
    const { resolved, problems } = await resolveEntry(entry, contextAt('/code/app'));
    assert.equal(resolved, undefined);
    assert.match(problems[0] ?? '', /^envFile \/code\/app\/none\.env does not exist/);
  });

  test('starts in spite of a bad line in the envFile, and warns', async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, '.env'), 'A=1\nwhat is this\nB=2\n');
    const { resolved, warnings } = await resolveEntry(
      { ...ENTRY, envFile: `\${workspaceFolder}/.env` },
      contextAt(folder),
    );
    assert.equal(resolved?.env.B, '2');
    assert.match(warnings[0] ?? '', /line 2 is not NAME=value; it is ignored/);
  });
});
