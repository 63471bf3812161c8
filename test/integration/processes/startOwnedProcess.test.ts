import assert from 'node:assert/strict';
import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { suite, test } from 'node:test';
import { MAX_LINE_BYTES } from '../../../src/common/lines.ts';
import { guardedLaunch } from '../../../src/processes/guardScript.ts';
import type { ProcessDefinition } from '../../../src/processes/ownedProcess.ts';
import { startOwnedProcess } from '../../../src/processes/startOwnedProcess.ts';
import {
  definitionOf,
  exitOf,
  fixtureDefinition,
  isAlive,
  nextLine,
  startFor,
  waitUntilGone,
} from '../../support/processes.ts';

const PRINT_ENV = 'console.log(JSON.stringify(process.env)); setInterval(() => {}, 1000)';

suite('starting an owned process', () => {
  test('its pid is the upstream and leads the group', async (t) => {
    const owned = await startFor(t, definitionOf('sh', '-c', 'echo $$; cat'));
    assert.equal(Number(await nextLine(owned)), owned.identity.pid);
    assert.equal(isAlive(owned.identity), true);
    assert.doesNotThrow(() => process.kill(-owned.identity.pid, 0));
  });

  test('a command that exits at once tells why', async (t) => {
    const owned = await startFor(t, fixtureDefinition('exitsAtOnce.sh'));
    const exit = await exitOf(owned);
    assert.deepEqual(exit, { code: 3, signal: null, stderrTail: 'no licence found' });
    assert.deepEqual(await exitOf(owned), exit, 'told to those who come late as well');
  });

  test('P13 what an exited upstream leaves behind is ended', async (t) => {
    const owned = await startFor(t, fixtureDefinition('leavesAChildBehind.sh'));
    const pid = Number(await nextLine(owned));
    assert.equal((await exitOf(owned)).code, 0);
    await waitUntilGone([pid], 0);
  });

  test('SIGINT ends the upstream as ever', async (t) => {
    const owned = await startFor(t, fixtureDefinition('endsByInterrupt.sh'));
    assert.equal((await exitOf(owned)).signal, 'SIGINT');
  });

  test('the environment arrives whole, without ours', async (t) => {
    const definition = definitionOf(process.execPath, '-e', PRINT_ENV);
    const own = { 'api-key': "it's\n two lines; $HOME", 'spring.url': '', PLAIN: '1' };
    const foreign = { ELECTRON_RUN_AS_NODE: '1', MCP_TASK_HANDLES_HOME: '/x', VSCODE_PID: '1' };
    const env = { ...definition.env, ...own, ...foreign };
    const owned = await startFor(t, { ...definition, env });
    const { PATH, MCP_TASK_HANDLES_OWNER, PWD, ...rest } = JSON.parse(await nextLine(owned));
    assert.equal(PATH, definition.env.PATH);
    assert.equal(MCP_TASK_HANDLES_OWNER, definition.owner);
    for (const shellOwn of ['SHLVL', 'OLDPWD', '_']) delete rest[shellOwn];
    assert.deepEqual(rest, own);
  });

  test('the environment arrives whole where no shell keeps it', async (t) => {
    const env = { 'api-key': "it's\n two lines; $HOME", PLAIN: '1' };
    const command = [process.execPath, '-e', PRINT_ENV];
    const { shell, args, feed } = guardedLaunch(command, {
      env,
      limitMark: null,
      bash: undefined,
    });
    const stdio: StdioOptions = ['ignore', 'pipe', 'ignore', 'pipe'];
    const child = spawn(shell, args, { env, detached: true, stdio });
    const [, output, , pipe] = child.stdio;
    assert.ok(output && pipe instanceof Socket);
    t.after(() => pipe.destroy());
    pipe.resume().write(feed);
    const [line] = (await once(output, 'data')) as [Buffer];
    const { 'api-key': key, PLAIN } = JSON.parse(line.toString());
    assert.deepEqual({ 'api-key': key, PLAIN }, env);
    // Its guard ends it.
    pipe.end();
    await once(child, 'exit');
  });

  test('arguments arrive as they are', async (t) => {
    const args = ['', 'a b', "it's", '$HOME', '`id`', '*', '-n', 'line\nbreak', 'ü'];
    const script = 'console.log(JSON.stringify(process.argv.slice(1)))';
    const owned = await startFor(t, definitionOf(process.execPath, '-e', script, '--', ...args));
    assert.deepEqual(JSON.parse(await nextLine(owned)), args);
  });

  test('garbage on stdout comes as lines', async (t) => {
    const owned = await startFor(t, fixtureDefinition('printsGarbage.sh'));
    assert.equal(await nextLine(owned), 'Welcome!');
    assert.equal((await exitOf(owned)).stderrTail, 'listening');
  });

  test('a 20 MB line passes both ways', async (t) => {
    const owned = await startFor(t, fixtureDefinition('echoesLines.mjs'));
    const line = 'x'.repeat(20 * 1024 * 1024);
    const answer = nextLine(owned);
    owned.send(line);
    assert.equal((await answer) === line, true);
  });

  test('a line without an end ends the process', async (t) => {
    const owned = await startFor(t, fixtureDefinition('printsForEver.sh'));
    owned.onLine(() => {});
    const { signal, stderrTail } = await exitOf(owned);
    assert.equal(signal, 'SIGKILL');
    assert.match(stderrTail, new RegExp(`longer than ${MAX_LINE_BYTES} bytes`));
  });

  test('sending to a process that is gone does nothing', async (t) => {
    const owned = await startFor(t, fixtureDefinition('exitsAtOnce.sh'));
    owned.send('too late, perhaps');
    await exitOf(owned);
    assert.equal(owned.send('too late'), false);
  });

  test('the lines of an early riser wait for their listener', async (t) => {
    const owned = await startFor(t, definitionOf('sh', '-c', 'echo early; echo up >&2; cat'));
    await new Promise<void>((resolve) => {
      owned.onStderr(() => resolve());
    });
    assert.equal(await nextLine(owned), 'early');
  });
});

suite('a definition that cannot be started', () => {
  const refusals: [string, Partial<ProcessDefinition>, RegExp][] = [
    ['an unknown command', { command: 'no-such-server' }, /`no-such-server` was not found on PATH/],
    ['a missing file', { command: './no-such-file' }, /`.\/no-such-file` does not exist/],
    ['a file that is no program', { command: '/etc/passwd' }, /is not an executable file/],
    ['a folder as command', { command: '/tmp' }, /is not an executable file/],
    ['no command', { command: ' ' }, /has no `command`/],
    ['a missing folder', { cwd: '/no/such/folder' }, /`\/no\/such\/folder` does not exist/],
    ['an argument no system takes', { args: ['a\0b'] }, /could not be started/],
  ];
  for (const [what, part, message] of refusals) {
    test(`${what} gets one clear line`, async () => {
      const starting = startOwnedProcess({ ...definitionOf('cat'), ...part });
      await assert.rejects(starting, { name: 'TaskHandlesError', message });
    });
  }

  test('the search follows the definition and its folder', async (t) => {
    const definition = { ...definitionOf('./sh', '-c', 'pwd; cat'), cwd: '/bin' };
    const owned = await startFor(t, definition);
    assert.match(await nextLine(owned), /bin$/);
  });
});
