import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { conformanceTools } from '../../../scripts/conformance/conformanceTools.ts';
import { temporaryHome } from '../../support/connectClient.ts';
import { fixturePath } from '../../support/processes.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { connectArguments, EVERYTHING_STDIO, type Target } from './peerStage.ts';

const MCPC = fileURLToPath(new URL('../../../node_modules/@apify/mcpc/bin/mcpc', import.meta.url));
const SLOW: Target = ['--', process.execPath, fixturePath('conformance/main.mjs'), 'stdio'];
const COMMAND_MS = 60_000;

interface Run {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** What a command prints, parsed; its stderr is told when that is nothing. */
function jsonOf({ command, args, env }: Run): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const options = { timeout: COMMAND_MS, env: { ...process.env, ...env } };
    execFile(command, args, options, (_error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout) as Record<string, unknown>);
      } catch {
        reject(new Error(`${args.join(' ')} printed no JSON: ${stdout}${stderr}`));
      }
    });
  });
}

/** A file as hosts have it, which names `connect` as the server `peer`. */
async function hostConfig(t: TestContext, target: Target, flags: string[]): Promise<string> {
  const folder = await temporaryFolder(t);
  const args = connectArguments({ home: temporaryHome(t), target, flags });
  const file = join(folder, 'servers.json');
  const peer = { type: 'stdio', command: process.execPath, args };
  writeFileSync(file, JSON.stringify({ mcpServers: { peer } }));
  return file;
}

/** mcpc keeps a process per session; it ends with the test, before its broker and folders do. */
async function mcpc(t: TestContext, flags: string[]) {
  let home = '';
  const run = (...args: string[]) => {
    const env = { MCPC_HOME_DIR: home };
    return jsonOf({ command: process.execPath, args: [MCPC, '--json', ...args], env });
  };
  t.after(() => run('@peer', 'close'));
  const file = await hostConfig(t, EVERYTHING_STDIO, flags);
  home = await temporaryFolder(t);
  await run('connect', `${file}:peer`, '@peer');
  return (...args: string[]) => run('@peer', ...args);
}

const handleIn = (answer: Record<string, unknown>) => {
  const { handle } = (answer.structuredContent ?? {}) as { handle?: unknown };
  assert.match(String(handle), /^th_/);
  return String(handle);
};

suite('mcpc', () => {
  test('a call returns a handle, a poll its result', async (t) => {
    const run = await mcpc(t, ['--policy', 'always']);
    const tool = 'trigger-long-running-operation';
    const handle = handleIn(await run('tools-call', tool, 'duration:=1', 'steps:=2'));
    const polled = await run('tools-call', 'task_poll', `handle:=${handle}`);
    assert.match(JSON.stringify(polled.content), /Long running operation completed/);
  });

  test('a task of its own is made, told of, brings its result, and is cancelled', async (t) => {
    const run = await mcpc(t, ['--native-tasks', 'optional']);
    const tool = 'trigger-long-running-operation';
    const short = await run('tools-call', tool, 'duration:=1', 'steps:=2', '--detach');
    const result = await run('tasks-result', String(short.taskId));
    assert.match(JSON.stringify(result), /Long running operation completed/);
    const long = await run('tools-call', tool, 'duration:=60', '--detach');
    await run('tasks-cancel', String(long.taskId));
    const ended = await run('tasks-get', String(long.taskId));
    assert.equal(ended.status, 'cancelled');
  });
});

/** A new process for each request: what it calls must outlive it. */
async function inspector(t: TestContext) {
  const { node, inspector: program } = await conformanceTools();
  const file = await hostConfig(t, SLOW, ['--policy', 'always']);
  const storage = await temporaryFolder(t);
  const env = { HOME: storage, MCP_INSPECTOR_SECRET_STORE: 'memory' };
  return (tool: string, ...toolArgs: string[]) => {
    const server = ['--cli', '--config', file, '--server', 'peer'];
    const call = ['--method', 'tools/call', '--tool-name', tool, '--tool-arg', ...toolArgs];
    return jsonOf({ command: node, args: [program, ...server, ...call], env });
  };
}

suite('the Inspector from the command line', () => {
  test('a call returns a handle, a poll by the next process its result', async (t) => {
    const call = await inspector(t);
    const handle = handleIn(await call('slow_compute', 'seconds=1', 'label=it'));
    const polled = await call('task_poll', `handle=${handle}`);
    assert.match(JSON.stringify(polled.content), /computed it/);
  });

  test('a task that is revoked stays revoked', async (t) => {
    const call = await inspector(t);
    const handle = handleIn(await call('slow_compute', 'seconds=60', 'label=it'));
    await call('task_control', `handle=${handle}`, 'action=revoke');
    const polled = await call('task_poll', `handle=${handle}`);
    assert.match(JSON.stringify(polled._meta), /"status":"cancelled"/);
  });
});
