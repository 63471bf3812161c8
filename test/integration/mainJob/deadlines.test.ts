import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { BrokerNotifications, BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import { ControlClient } from '../../../src/brokerApi/controlClient.ts';
import { resolveHome } from '../../../src/brokerApi/home.ts';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import {
  callTool,
  connectClient,
  fixtureServer,
  handleOf,
  nextBroker,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { waitFor, waitUntilGone } from '../../support/processes.ts';
import { descendantPids } from '../../support/processTree.ts';

const AT_ONCE = ['--policy', 'always'];
const HOUR_MS = 3_600_000;

async function brokerPid(home: string): Promise<number> {
  return (await cliJson<BrokerStatus>(['broker', 'status', '--home', home])).pid;
}

suite('deadlines', () => {
  test('P9 what runs over its time is ended by policy, processes and all', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('ignoresCancelInside.mjs');
    const flags = [...AT_ONCE, '--total-timeout', '300'];
    const host = await connectClient({ home, server, flags });
    // Before the call: its time may be over before this is told.
    const tree = await descendantPids(await brokerPid(home));
    assert.ok(tree.length > 0, 'the server runs');
    const handle = handleOf(await callTool(host, 'hang'));
    assert.equal((await runCli(['wait', handle, '--home', home])).code, 1);
    await waitUntilGone(tree, 20_000);
    const ended = await waitFor(async () => {
      const view = await cliJson<TaskView>(['status', handle, '--home', home]);
      return view.reason?.level === undefined ? null : view;
    }, 20_000);
    const { freed, ...reason } = ended.reason ?? {};
    assert.deepEqual(
      [ended.status, reason],
      ['failed', { code: 'total_timeout', by: 'policy', level: 'terminated' }],
    );
    assert.equal(freed?.processes, 1);
    assert.ok((freed?.memoryBytes ?? 0) > 0, 'P6 what the ending freed is told');
    assert.equal(ended.deadlines, undefined);
    const poll = textOf(await callTool(host, 'task_poll', { handle }));
    assert.match(poll, /was stopped because it took too long/);
  });

  test('P9 watchers are warned at 80 %, and who is given more time goes on', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('ignoresCancelInside.mjs');
    const flags = [...AT_ONCE, '--total-timeout', '15000'];
    const host = await connectClient({ home, server, flags });
    const paths = resolveHome({ home });
    const client = await ControlClient.open({ paths, client: 'editor', start: 'never' });
    t.after(() => client.dispose());
    await client.request('tasks/watch', {});
    const warned = new Promise<BrokerNotifications['tasks/warned']>((resolve) => {
      client.onNotification('tasks/warned', resolve);
    });
    const handle = handleOf(await callTool(host, 'hang'));
    const { row, clock, limitMs, ranMs } = await warned;
    const { row: extended } = await client.request('tasks/extend', { id: handle });
    assert.deepEqual([row.handle, clock, limitMs], [handle, 'total', 15_000]);
    assert.ok(ranMs >= 12_000, `${ranMs}`);
    assert.equal(extended?.deadlines?.total?.limitMs, 30_000);
    const { stdout } = await runCli(['extend', handle, '--by', `${HOUR_MS}`, '--home', home]);
    assert.match(stdout, new RegExp(`^${handle} {2}total \\d+s of 1h`));
    const view = await cliJson<TaskView>(['status', handle, '--home', home]);
    assert.deepEqual([view.status, view.deadlines?.total?.limitMs], ['working', HOUR_MS + 30_000]);
    await runCli(['revoke', handle, '--home', home]);
    const late = await runCli(['extend', handle, '--home', home]);
    assert.equal(late.code, 1);
    assert.match(late.stderr, /has ended, so no time was added: .* revoked/);
  });

  test('the call above maxLiveTasks is refused, and nothing of it runs', async (t) => {
    const home = temporaryHome(t);
    const log = join(home, 'executions.log');
    const server = fixtureServer('answersWhenTold.mjs');
    const flags = [...AT_ONCE, '--max-live-tasks', '1'];
    const host = await connectClient({ home, server, flags });
    const call = () => callTool(host, 'wait_for_file', { path: join(home, 'never'), log });
    const handle = handleOf(await call());
    // The handle comes before the server has read the call.
    await waitFor(() => existsSync(log) && readFileSync(log, 'utf8').endsWith('\n'), 20_000);
    const refused = await call();
    assert.equal(refused.isError, true);
    assert.match(textOf(refused), /was not started: .* maxLiveTasks is 1\. Wait until/);
    assert.equal(readFileSync(log, 'utf8').trim().split('\n').length, 1);
    assert.equal((await runCli(['revoke', handle, '--home', home])).code, 0);
    const second = handleOf(await call());
    await runCli(['revoke', second, '--home', home]);
  });
});

suite('estimates', () => {
  test('P10 a guess by earlier runs, after a restart of the broker as well', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('tellsNoProgress.mjs');
    const go = join(home, 'go');
    const never = join(home, 'never');
    const host = await connectClient({ home, server, flags: AT_ONCE });
    const first = [1, 2].map(() => callTool(host, 'wait_for_file', { path: go }));
    const done = (await Promise.all(first)).map(handleOf);
    const young = await cliJson<TaskView>(['status', done[0] ?? '', '--home', home]);
    assert.equal(young.estimate, undefined, 'nothing is known yet');
    writeFileSync(go, '');
    for (const handle of done) await runCli(['wait', handle, '--home', home]);
    const former = await brokerPid(home);
    assert.equal((await runCli(['broker', 'stop', '--home', home])).code, 0);
    await nextBroker(home, former);
    const handle = handleOf(await callTool(host, 'wait_for_file', { path: never }));
    const view = await cliJson<TaskView>(['status', handle, '--home', home]);
    assert.equal(view.estimate?.samples, 2);
    assert.equal(view.percent, undefined);
    const { stdout } = await runCli(['status', handle, '--home', home]);
    assert.match(stdout, /^usually +~\d+s, by 2 earlier runs$/m);
    await runCli(['revoke', handle, '--home', home]);
  });
});
