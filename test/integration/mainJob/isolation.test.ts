import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { json, rawRemote, text } from '../../fixtures/mcp/remote/rawRemote.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import {
  type ConnectedClient,
  callTool,
  connectClient,
  fixtureServer,
  handleOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { waitFor, waitUntilGone } from '../../support/processes.ts';
import { descendantPids } from '../../support/processTree.ts';
import { serveHttp } from '../../support/remoteServer.ts';

const PATIENCE_MS = 30_000;
const AT_ONCE = ['--policy', 'always'];
const SERVER = fixtureServer('answersWhenTold.mjs');
const ALONE = [...AT_ONCE, '--isolation', 'perCall'];

interface Work {
  readonly handles: string[];
  /** Of the process that runs each. */
  readonly pids: number[];
  finish(at: number): void;
}

/** Three tasks of one client of a new home, each of which ends when it is told to. */
async function threeTasks(t: TestContext, flags: string[]) {
  const home = temporaryHome(t);
  const host = await connectClient({ home, server: SERVER, flags });
  const work = await workOf(t, host);
  const second = work.handles[1] ?? assert.fail('no handle');
  const revokeSecond = (...more: string[]) => runCli(['revoke', second, ...more, '--home', home]);
  const statusOfSecond = () => statusOf(home, second);
  return { home, host, work, revokeSecond, statusOfSecond };
}

async function workOf(t: TestContext, host: ConnectedClient): Promise<Work> {
  const folder = mkdtempSync(join(tmpdir(), 'mth-work-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const handles: string[] = [];
  const pids: number[] = [];
  for (const name of ['a', 'b', 'c']) {
    const log = join(folder, `${name}.log`);
    const given = { path: join(folder, name), log };
    handles.push(handleOf(await callTool(host, 'wait_for_file', given)));
    await waitFor(() => existsSync(log) && readFileSync(log, 'utf8').endsWith('\n'), PATIENCE_MS);
    pids.push(Number(readFileSync(log, 'utf8').split(' ').at(-1)));
  }
  const finish = (at: number) => writeFileSync(join(folder, 'abc'[at] ?? ''), '');
  return { handles, pids, finish };
}

function statusOf(home: string, handle: string | undefined): Promise<TaskView> {
  return cliJson<TaskView>(['status', handle ?? '', '--home', home]);
}

async function othersComplete(host: ConnectedClient, { handles, finish }: Work): Promise<void> {
  for (const at of [0, 2]) {
    finish(at);
    const result = await callTool(host, 'task_poll', { handle: handles[at] });
    assert.match(textOf(result), /^found /);
  }
}

suite('three tasks of one server', () => {
  test('P6 one is revoked, its shared server lives on, the other two complete', async (t) => {
    const { host, work, revokeSecond, statusOfSecond } = await threeTasks(t, AT_ONCE);
    const [server] = work.pids;
    assert.deepEqual(work.pids, [server, server, server]);
    assert.equal((await revokeSecond()).code, 0);
    const revoked = await statusOfSecond();
    assert.deepEqual([revoked.status, revoked.reason?.level], ['cancelled', 'cooperative']);
    assert.equal(revoked.mayStillRun, true, 'it ignores a cancel');
    await othersComplete(host, work);
    work.finish(1);
    await waitFor(async () => !(await statusOfSecond()).mayStillRun, PATIENCE_MS);
    assert.equal((await statusOfSecond()).status, 'cancelled', 'P3');
  });

  test('P6 with perCall each dies alone', async (t) => {
    const { host, work, revokeSecond, statusOfSecond } = await threeTasks(t, ALONE);
    assert.equal(new Set(work.pids).size, 3);
    assert.equal((await revokeSecond()).code, 0);
    await waitUntilGone([work.pids[1] ?? 0], 0);
    const revoked = await statusOfSecond();
    assert.deepEqual([revoked.status, revoked.reason?.level], ['cancelled', 'terminated']);
    await othersComplete(host, work);
    await waitUntilGone(work.pids, PATIENCE_MS);
    assert.match(textOf(await callTool(host, 'task_poll', {})), /completed/, 'the session goes on');
  });

  test('P6 terminating the server names what ends too, and ends all of it', async (t) => {
    const { home, work, revokeSecond } = await threeTasks(t, AT_ONCE);
    assert.match((await revokeSecond()).stdout, /may still be working.*--force/);
    assert.match((await revokeSecond('--force')).stdout, /revoked \((terminated|killed)/);
    await waitUntilGone(work.pids, 0);
    for (const handle of work.handles) {
      const { status, reason } = await statusOf(home, handle);
      assert.deepEqual([status, reason?.code, reason?.by], ['cancelled', 'revoked', 'user']);
      assert.match(reason?.level ?? '', /terminated|killed/);
    }
    const other = await statusOf(home, work.handles[0]);
    assert.match(other.reason?.note ?? '', /ended by force to stop `wait_for_file`/);
  });
});

suite('a call in a process of its own', () => {
  test('P5 goes on when its client leaves, and is found by the next one', async (t) => {
    const { home, host, work } = await threeTasks(t, ALONE);
    await host.client.close();
    const next = await connectClient({ home, server: SERVER, flags: ALONE });
    work.finish(0);
    const result = await callTool(next, 'task_poll', { handle: work.handles[0] });
    assert.match(textOf(result), /^found /);
    await waitUntilGone([work.pids[0] ?? 0], PATIENCE_MS);
  });

  test('P6 is gone when it is revoked, also while its server is not ready', async (t) => {
    const home = temporaryHome(t);
    const pidsFile = join(home, 'pids');
    const pids = () => readFileSync(pidsFile, 'utf8').trim().split('\n').map(Number);
    const server = [...fixtureServer('greetsOnlyTheFirst.mjs'), pidsFile];
    const host = await connectClient({ home, server, flags: ALONE });
    const handle = handleOf(await callTool(host, 'work'));
    await waitFor(() => pids().length === 2, PATIENCE_MS);
    assert.equal((await runCli(['revoke', handle, '--home', home])).code, 0);
    await waitUntilGone(pids().slice(1), 0);
    assert.equal((await statusOf(home, handle)).status, 'cancelled');
  });

  test('P13 leaves nothing once it is answered', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('ignoresCancelInside.mjs');
    const host = await connectClient({ home, server, flags: ['--isolation', 'perCall'] });
    const pidOf = async () => Number(textOf(await callTool(host, 'echo')).slice('pid '.length));
    const pids = [await pidOf(), await pidOf(), await pidOf()];
    assert.equal(new Set(pids).size, 3);
    await waitUntilGone(pids, PATIENCE_MS);
  });
});

suite('a server that was ended under its client', () => {
  test('P6 is started again by itself, and the client is told', async (t) => {
    const home = temporaryHome(t);
    const host = await connectClient({
      home,
      server: fixtureServer('ignoresCancelInside.mjs'),
      flags: ['--hand-off-after', '200'],
    });
    const told = new Promise<void>((resolve) => {
      host.client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
    });
    const before = textOf(await callTool(host, 'echo'));
    const handle = handleOf(await callTool(host, 'hang'));
    assert.equal((await runCli(['revoke', handle, '--force', '--home', home])).code, 0);
    await told;
    await waitFor(() => host.stderr().includes('It has been started again.'), PATIENCE_MS);
    const broker = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
    const servers = await descendantPids(broker.pid);
    const after = textOf(await callTool(host, 'echo'));
    assert.notEqual(after, before);
    assert(servers.includes(Number(after.slice('pid '.length))), 'nobody had to ask for it');
  });
});

test('a call of a remote server with perCall has a session of its own there', async (t) => {
  const ended: unknown[] = [];
  let sessions = 0;
  const newSession = () => {
    sessions += 1;
    return `session-${sessions}`;
  };
  const remote = rawRemote(({ request, response, message }) => {
    const session = request.headers['mcp-session-id'];
    if (request.method === 'DELETE') ended.push(session);
    if (message.method === 'tools/call') json(response, message.id, text(String(session)));
    else response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
  }, newSession);
  const url = await serveHttp(t, remote);
  const flags = ['--url', url, '--isolation', 'perCall'];
  const host = await connectClient({ home: temporaryHome(t), server: [], flags });
  assert.equal(textOf(await callTool(host, 'run')), 'session-2');
  assert.equal(textOf(await callTool(host, 'run')), 'session-3');
  await waitFor(() => ended.length === 2, PATIENCE_MS);
  // Each comes over a connection of its own.
  assert.deepEqual(new Set(ended), new Set(['session-2', 'session-3']));
});
