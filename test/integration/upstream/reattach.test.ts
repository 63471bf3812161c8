import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import {
  callTool,
  connectClient,
  handleOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { startKeepsTasks } from '../../support/keepsTasksServer.ts';
import { callModern, modernClient } from '../../support/modernClient.ts';
import { waitFor, waitUntilGone } from '../../support/processes.ts';
import { recordedRemote } from '../../support/recordedRemote.ts';
import { RemoteEverything } from '../../support/remoteServer.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const PATIENCE_MS = 20_000;

/** A client of either SDK. */
interface Host {
  callTool(call: { name: string }): Promise<unknown>;
}

/** Without mercy, as a crash does it. `connect` starts another one. */
async function killBroker(home: string, host: Host): Promise<void> {
  const { pid } = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
  process.kill(pid, 'SIGKILL');
  await waitUntilGone([pid], PATIENCE_MS);
  // Whichever way this is answered, `connect` has noticed: the next call is not lost with the link.
  await host.callTool({ name: 'task_poll' }).catch(() => 'lost with the link');
}

async function taskIn(home: string): Promise<TaskView> {
  const [task] = await cliJson<TaskView[]>(['list', '--all', '--home', home]);
  return task ?? assert.fail('there is no task');
}

/** A modern server's task that waits for a file. */
async function waitingTask(t: TestContext, home: string, flags: string[] = []) {
  const { url, methods } = await recordedRemote(t, await startKeepsTasks(t));
  const folder = await temporaryFolder(t);
  const [path, log] = [join(folder, 'go'), join(folder, 'log')];
  const client = await modernClient(home, '--url', url, '--policy', 'always', ...flags);
  const handle = handleOf(await callModern(client, 'wait_for_file', { path, log }));
  await waitFor(() => methods.includes('tasks/get'), PATIENCE_MS, 'the task is polled');
  return {
    client,
    handle,
    path,
    methods,
    executions: () => readFileSync(log, 'utf8').split('\n').length - 1,
  };
}

suite('after a crash of the broker', () => {
  test('P5 P2 a task of server-everything goes on in its session, executed once (U1)', async (t) => {
    const home = temporaryHome(t);
    const server = await RemoteEverything.start(t, 'streamableHttp');
    const { url, methods } = await recordedRemote(t, server.url);
    const flags = ['--url', url, '--policy', 'always'];
    const host = await connectClient({ home, server: [], flags });
    const handle = handleOf(await callTool(host, 'simulate-research-query', { topic: 'ducks' }));
    await waitFor(() => methods.includes('tasks/result'), PATIENCE_MS, 'there is a task');
    await killBroker(home, host.client);
    const result = await callTool(host, 'task_poll', { handle });
    assert.match(textOf(result), /^# Research Report: ducks/);
    assert.equal(methods.filter((method) => method === 'tools/call').length, 1);
  });

  test('P5 P2 a modern server’s task goes on, executed once (U3)', async (t) => {
    const home = temporaryHome(t);
    const { client, handle, path, executions } = await waitingTask(t, home);
    await killBroker(home, client);
    await waitFor(async () => (await taskIn(home)).attached, PATIENCE_MS, 'it is attached again');
    appendFileSync(path, '');
    assert.equal(textOf(await callModern(client, 'task_poll', { handle })), `found ${path}`);
    assert.equal(executions(), 1);
  });

  test('P5 P2 a call without a task is resumed in its session (U0)', async (t) => {
    const home = temporaryHome(t);
    const server = await RemoteEverything.start(t, 'streamableHttp');
    const { url, methods } = await recordedRemote(t, server.url);
    const flags = ['--url', url, '--policy', 'always'];
    const host = await connectClient({ home, server: [], flags });
    const long = { duration: 6, steps: 12 };
    const handle = handleOf(await callTool(host, 'trigger-long-running-operation', long));
    await waitFor(async () => (await taskIn(home)).percent !== undefined, PATIENCE_MS, 'progress');
    await killBroker(home, host.client);
    const result = await callTool(host, 'task_poll', { handle });
    assert.match(textOf(result), /Long running operation completed/);
    assert.equal(methods.filter((method) => method === 'tools/call').length, 1);
  });

  test('P5 a legacy client has it, too, of a modern server', async (t) => {
    const home = temporaryHome(t);
    const { url, methods } = await recordedRemote(t, await startKeepsTasks(t));
    const folder = await temporaryFolder(t);
    const [path, log] = [join(folder, 'go'), join(folder, 'log')];
    const host = await connectClient({
      home,
      server: [],
      flags: ['--url', url, '--policy', 'always'],
    });
    const handle = handleOf(await callTool(host, 'wait_for_file', { path, log }));
    await waitFor(() => methods.includes('tasks/get'), PATIENCE_MS, 'the task is polled');
    await killBroker(home, host.client);
    await waitFor(async () => (await taskIn(home)).attached, PATIENCE_MS, 'it is attached again');
    appendFileSync(path, '');
    assert.equal(textOf(await callTool(host, 'task_poll', { handle })), `found ${path}`);
    assert.equal(readFileSync(log, 'utf8').split('\n').length, 2);
  });

  test('P6 a task that was found again can be revoked', async (t) => {
    const home = temporaryHome(t);
    const { client, handle, methods } = await waitingTask(t, home);
    await killBroker(home, client);
    await waitFor(async () => (await taskIn(home)).attached, PATIENCE_MS, 'it is attached again');
    const [task] = await cliJson<TaskView[]>(['revoke', handle, '--home', home]);
    assert.equal(task?.reason?.level, 'cooperative');
    assert.ok(methods.includes('tasks/cancel'));
  });

  test('where its server wants credentials it waits for its route', async (t) => {
    const home = temporaryHome(t);
    const { client, handle, path, executions } = await waitingTask(t, home, [
      '--header',
      'X-Key: k',
    ]);
    await killBroker(home, client);
    appendFileSync(path, '');
    assert.equal(textOf(await callModern(client, 'task_poll', { handle })), `found ${path}`);
    assert.equal(executions(), 1);
  });

  test('P5 a broker that is stopped leaves it to the next one', async (t) => {
    const home = temporaryHome(t);
    const { client, handle, path } = await waitingTask(t, home);
    await client.close();
    await runCli(['broker', 'stop', '--home', home]);
    appendFileSync(path, '');
    assert.equal((await taskIn(home)).status, 'working');
    const done = await runCli(['wait', handle, '--home', home]);
    assert.equal(done.code, 0, done.stderr);
    assert.equal((await taskIn(home)).status, 'completed');
  });
});
