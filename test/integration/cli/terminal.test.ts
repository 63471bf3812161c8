import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import {
  CLI,
  callTool,
  connectClient,
  EVERYTHING,
  handleOf,
  temporaryHome,
} from '../../support/connectClient.ts';

/** A home with one task that runs for a minute. */
async function withTask(t: TestContext) {
  const home = temporaryHome(t);
  const server = [process.execPath, EVERYTHING, 'stdio'];
  const host = await connectClient({ home, server, flags: ['--policy', 'always'] });
  const call = { duration: 60, steps: 600 };
  const handle = handleOf(await callTool(host, 'trigger-long-running-operation', call));
  return { home, host, handle, cli: (...args: string[]) => runCli([...args, '--home', home]) };
}

suite('terminal commands without a broker', () => {
  test('a home that is not there holds no tasks', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'mth-none-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const home = join(folder, 'home');
    assert.deepEqual(await cliJson(['list', '--home', home]), []);
    const codes = [];
    for (const command of [
      ['status', 'th_x'],
      ['broker', 'status'],
      ['broker', 'stop'],
      ['list'],
    ]) {
      codes.push((await runCli([...command, '--home', home])).code);
    }
    assert.deepEqual(codes, [3, 4, 4, 0]);
  });

  test('usage errors are one line and exit code 2', async () => {
    for (const args of [[], ['surgeon'], ['list', '--frob'], ['connect'], ['connect', '--route']]) {
      const { code, stdout, stderr } = await runCli(args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, /^mcp-task-handles: [^\n]+\n$/);
    }
  });

  test('prints help and version on stdout', async () => {
    assert.match((await runCli(['--help'])).stdout, /Exit codes: 0 done/);
    assert.match((await runCli(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  });
});

suite('terminal commands', () => {
  test('tell what runs, and that it has no result yet', async (t) => {
    const { home, handle, cli } = await withTask(t);
    assert.match((await cli('list')).stdout, new RegExp(`${handle} +working .*duration=60`));
    assert.match((await cli('status', handle)).stdout, /^status +working$/m);
    const result = await cli('result', handle);
    assert.deepEqual([result.code, result.stdout], [1, '']);
    assert.match(result.stderr, /has not ended/);
    const status = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
    assert.deepEqual([status.home, status.live, status.refusing], [home, 1, false]);
  });

  test('wait ends with 1 when its time is over', async (t) => {
    const { handle, cli } = await withTask(t);
    const { code, stdout, stderr } = await cli('wait', handle, '--timeout', '50', '--json');
    assert.equal(code, 1);
    assert.equal((JSON.parse(stdout) as TaskView).status, 'working');
    assert.match(stderr, /has not ended within 50 ms/);
  });

  test('revoke tells of unknown handles and stops the others', async (t) => {
    const { handle, cli } = await withTask(t);
    const waiting = cli('wait', handle);
    const { code, stdout, stderr } = await cli('revoke', 'th_nope', handle, '--reason', 'late');
    assert.equal(code, 3);
    assert.match(stdout, new RegExp(`^${handle}  revoked`));
    assert.match(stderr, /There is no task "th_nope"/);
    assert.equal((await waiting).code, 1);
    const result = await cli('result', handle);
    assert.equal(result.code, 1);
    assert.match(result.stderr, /is revoked \(by user, \w+\): late\./);
    assert.match((await cli('revoke', handle)).stdout, /had ended before: cancelled/);
  });

  test('revoke --all ends every task', async (t) => {
    const { handle, cli } = await withTask(t);
    assert.match((await cli('revoke', '--all')).stdout, new RegExp(handle));
    assert.match((await cli('status', handle)).stdout, /^status +revoked$/m);
  });

  test('wait outlives the broker it asked first', async (t) => {
    const { home, handle } = await withTask(t);
    const { pid } = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
    const waiting = cliJson<TaskView>(['wait', handle, '--home', home]);
    process.kill(pid, 'SIGKILL');
    const view = await waiting;
    assert.deepEqual([view.status, view.reason?.code], ['failed', 'lost']);
  });

  test('a reader that leaves early is no failure', async (t) => {
    const { home } = await withTask(t);
    const shell = `"$1" "$2" list --json --home "$3" | head -c 1`;
    const printed = await new Promise<string>((resolve) => {
      const args = ['-c', shell, 'sh', process.execPath, CLI, home];
      execFile('/bin/sh', args, (_error, stdout, stderr) => resolve(stdout + stderr));
    });
    assert.equal(printed, '[');
  });
});
