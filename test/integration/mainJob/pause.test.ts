import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import type { TaskRow } from '../../../src/brokerApi/brokerProtocol.ts';
import { ControlClient } from '../../../src/brokerApi/controlClient.ts';
import { resolveHome } from '../../../src/brokerApi/home.ts';
import { readStat } from '../../../src/processes/linuxProc.ts';
import type { AuditRow } from '../../../src/registry/auditTrail.ts';
import type { TaskView } from '../../../src/registry/taskView.ts';
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
import { sizeOf, waitFor, waitUntilGone } from '../../support/processes.ts';
import { descendantPids } from '../../support/processTree.ts';

const PATIENCE_MS = 30_000;
const ALONE = ['--isolation', 'perCall'];
/** Far longer than a tick of the fixture. */
const LOOK_MS = 300;

/** A task that ticks, and an agent of another route that holds its handle. */
async function ticking(t: TestContext, more: readonly string[] = []) {
  const home = temporaryHome(t);
  const files = ['own', 'childs', 'until'].map((name) => join(home, `${name}.ticks`));
  const [own = '', childs = '', until = ''] = files;
  const flags = [
    '--policy',
    'always',
    '--total-timeout',
    '3600000',
    '--idle-timeout',
    '3600000',
    ...more,
  ];
  const server = fixtureServer('ticksUntilTold.mjs');
  const host = await connectClient({ home, server, flags });
  const handle = handleOf(await callTool(host, 'tick', { own, childs, until }));
  const client = await ControlClient.open({
    paths: resolveHome({ home }),
    client: 'editor',
    start: 'never',
  });
  t.after(() => client.dispose());
  const row = async (): Promise<TaskRow> =>
    (await client.request('tasks/get', { id: handle })).row ?? assert.fail('no row');
  /** Its server, and all below it. */
  const tree = async (): Promise<number[]> => {
    const { upstreamPid } = await row();
    return [upstreamPid ?? 0, ...(await descendantPids(upstreamPid ?? 0))];
  };
  const ticks = () => [own, childs].map(sizeOf);
  await waitFor(() => ticks().every((size) => size > 0), PATIENCE_MS);
  const cli = (...args: string[]) => runCli([...args, '--home', home]);
  return { home, host, handle, row, tree, ticks, until, cli };
}

/** Its host leaves: its server has nothing but this task now. */
async function detached(t: TestContext) {
  const job = await ticking(t);
  await job.host.client.close();
  await waitFor(async () => (await job.row()).canPause, PATIENCE_MS, 'it can be paused');
  return job;
}

/** `task_control` as the agent sees it. */
async function actionsOf({ client }: ConnectedClient): Promise<unknown> {
  const { tools } = await client.listTools();
  const control = tools.find(({ name }) => name === 'task_control');
  return (control?.inputSchema.properties?.action as { enum?: unknown } | undefined)?.enum;
}

suite('pause and resume of calls with a process each', () => {
  test('P9 one stands while its session and the other call go on, by agent and user', async (t) => {
    const { home, host, handle, row, ticks, until, cli } = await ticking(t, ALONE);
    assert.deepEqual(await actionsOf(host), ['revoke', 'cancel', 'pause', 'resume']);
    const [own, childs] = ['own2', 'childs2'].map((name) => join(home, name));
    const other = handleOf(await callTool(host, 'tick', { own, childs, until }));
    assert.equal((await row()).canPause, true);

    const paused = await callTool(host, 'task_control', { handle, action: 'pause' });
    assert.match(textOf(paused), /is paused by an agent/);
    const stood = ticks();
    const others = sizeOf(own ?? '');
    await waitFor(() => sizeOf(own ?? '') > others + 50, PATIENCE_MS, 'the other goes on');
    assert.deepEqual(ticks(), stood);
    await host.client.ping();

    writeFileSync(until, '');
    assert.match(textOf(await callTool(host, 'task_poll', { handle: other })), /^ticked/);
    assert.match(textOf(await callTool(host, 'task_poll', { handle })), /is paused by an agent/);
    assert.equal((await cli('resume', handle)).stdout, `${handle}  goes on\n`);
    assert.match(textOf(await callTool(host, 'task_poll', { handle })), /^ticked/);
  });

  test('P6 one that is paused is revoked alone', async (t) => {
    const { host, handle, tree, cli } = await ticking(t, ALONE);
    const pids = await tree();
    await cli('pause', handle);
    await callTool(host, 'task_control', { handle, action: 'revoke' });
    await waitUntilGone(pids, PATIENCE_MS);
    assert.match(textOf(await callTool(host, 'task_poll', { handle })), /was stopped by an agent/);
    await host.client.ping();
  });
});

suite('pause and resume', () => {
  test('P9 the tree stands, the clocks stand, and it goes on to its result', async (t) => {
    const { home, handle, row, ticks, until, cli } = await detached(t);
    const { upstreamPid } = await row();
    assert.deepEqual((await cli('pause', handle)).stdout, `${handle}  paused\n`);
    const stood = ticks();
    const before = await row();
    await after(LOOK_MS);
    const later = await row();
    assert.deepEqual(ticks(), stood);
    assert.equal(readStat(upstreamPid ?? 0)?.state, 'T');
    assert.deepEqual([before.paused, before.pausedBy, before.status], [true, 'user', 'working']);
    assert.deepEqual(later.deadlines?.total, before.deadlines?.total);
    // The last progress before the pause may be told after it, and sets idle back.
    const idle = before.deadlines?.idle ?? assert.fail('it has an idle clock');
    assert.ok((later.deadlines?.idle?.ranMs ?? Number.NaN) <= idle.ranMs);
    assert.match((await cli('status', handle)).stdout, /^status +paused$/m);

    const view = await cliJson<TaskView>(['resume', handle, '--home', home]);
    assert.deepEqual([view.paused, view.pausedBy], [false, undefined]);
    await waitFor(() => ticks().every((size, i) => size > (stood[i] ?? 0)), PATIENCE_MS);
    await waitFor(async () => {
      const ran = (await row()).deadlines?.total?.ranMs ?? 0;
      return ran > (later.deadlines?.total?.ranMs ?? 0);
    }, PATIENCE_MS);
    writeFileSync(until, '');
    assert.equal((await cli('wait', handle)).code, 0);
    assert.match((await cli('result', handle)).stdout, /ticked \d+/);
    const rows = await cliJson<AuditRow[]>(['audit', handle, '--home', home]);
    const told = rows.filter(({ action }) => action === 'paused' || action === 'resumed');
    assert.deepEqual(
      told.map(({ action, principal }) => [action, principal.door]),
      [
        ['paused', 'user'],
        ['resumed', 'user'],
      ],
    );
  });

  test('P9 an agent with the handle is told at once, and what the user wants stays so', async (t) => {
    const { home, handle, cli } = await detached(t);
    const server = fixtureServer('answersWhenTold.mjs');
    const agent = await connectClient({ home, server, route: 'other' });
    const polling = callTool(agent, 'task_poll', { handle });
    assert.equal((await cli('pause', handle)).code, 0);
    assert.match(textOf(await polling), /is paused by the user .* Do not poll/);
    const resumed = await callTool(agent, 'task_control', { handle, action: 'resume' });
    assert.equal(resumed.isError, true);
    assert.match(textOf(resumed), /leave it to the user/);
    assert.equal((await cli('resume', handle)).stdout, `${handle}  goes on\n`);
  });

  test('P6 a paused task is revoked at once, with all of its processes', async (t) => {
    const { handle, row, tree, cli } = await detached(t);
    const pids = await tree();
    assert.ok(pids.length > 1, 'it has a child');
    await cli('pause', handle);
    assert.equal((await cli('revoke', handle)).code, 0);
    await waitUntilGone(pids, PATIENCE_MS);
    assert.deepEqual([(await row()).status, (await row()).paused], ['cancelled', false]);
    const late = await cli('pause', handle);
    assert.equal(late.code, 1);
    assert.match(late.stderr, /has ended, so it was not paused: .* revoked/);
    assert.match((await cli('resume', handle)).stderr, /so there is nothing to resume/);
  });

  test('P5 P13 one whose broker dies is lost, and nothing of it is left', async (t) => {
    const { home, handle, tree, cli } = await detached(t);
    const pids = await tree();
    await cli('pause', handle);
    const { pid } = await cliJson<{ pid: number }>(['broker', 'status', '--home', home]);
    process.kill(pid, 'SIGKILL');
    const view = await cliJson<TaskView>(['status', handle, '--home', home]);
    assert.deepEqual([view.status, view.reason?.code, view.paused], ['failed', 'lost', false]);
    await waitUntilGone(pids, PATIENCE_MS);
  });

  test('a paused task waits for its resumption, and whoever waits for its end as well', async (t) => {
    const { handle, until, cli } = await detached(t);
    await cli('pause', handle);
    const { code, stderr } = await cli('wait', handle, '--timeout', '200');
    assert.equal(code, 1);
    assert.match(stderr, /has not ended within 200 ms/);
    const waiting = cli('wait', handle);
    writeFileSync(until, '');
    await cli('resume', handle);
    assert.equal((await waiting).code, 0);
  });

  test('P9 is refused, with the reason, while a session needs the server', async (t) => {
    const { handle, row, ticks, cli } = await ticking(t);
    assert.equal((await row()).canPause, false);
    const { code, stdout, stderr } = await cli('pause', handle);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /serves an attached session.*set `isolation` to `perCall`/);
    const before = ticks();
    await waitFor(() => ticks().every((size, i) => size > (before[i] ?? 0)), PATIENCE_MS);
    assert.equal((await cli('pause', 'th_nope')).code, 3);
    assert.equal((await cli('resume', `th_${'a'.repeat(26)}`)).code, 3);
    await cli('revoke', handle);
  });
});
