import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { AdminLocks } from '../../../src/brokerApi/adminLocks.ts';
import type { BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import { ControlClient } from '../../../src/brokerApi/controlClient.ts';
import { resolveHome } from '../../../src/brokerApi/home.ts';
import { TaskHandlesError } from '../../../src/common/errors.ts';
import type { AuditRow } from '../../../src/registry/auditTrail.ts';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { AdminMachine } from '../../support/adminMachine.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import {
  type ConnectedClient,
  type ConnectSpec,
  callTool,
  connectClient,
  fixtureServer,
  handleOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { waitFor } from '../../support/processes.ts';

const DEADLINE_MS = 20_000;
const SERVER = fixtureServer('answersWhenTold.mjs');

/** A host on a machine whose administrator has said something. */
class Stage {
  readonly machine: AdminMachine;
  readonly home: string;

  constructor(
    private readonly t: TestContext,
    policy: object,
  ) {
    this.machine = new AdminMachine(t, policy);
    this.home = temporaryHome(t);
  }

  host(flags: readonly string[], spec: Partial<ConnectSpec> = {}): Promise<ConnectedClient> {
    const { within } = this.machine;
    return connectClient({ home: this.home, server: SERVER, flags, within, ...spec });
  }

  async control(): Promise<ControlClient> {
    const paths = resolveHome({ home: this.home });
    const client = await ControlClient.open({ paths, client: 'editor', start: 'never' });
    this.t.after(() => client.dispose());
    return client;
  }

  status(): Promise<BrokerStatus> {
    return cliJson<BrokerStatus>(['broker', 'status', '--home', this.home]);
  }

  /** A call that goes on until it is ended. */
  get endless(): Record<string, string> {
    return { path: join(this.home, 'never'), log: join(this.home, 'executions.log') };
  }

  executions(): number {
    const { log = '' } = this.endless;
    return existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0;
  }
}

async function toolNames({ client }: ConnectedClient): Promise<string[]> {
  return (await client.listTools()).tools.map(({ name }) => name);
}

suite('a machine with a policy', () => {
  test('P8 tools are refused or tracked, and limits hold, whatever the route says', async (t) => {
    const stage = new Stage(t, {
      by: 'IT',
      refusedTools: ['*/echo'],
      mustTrack: ['e/wait_*'],
      maxTotalTimeoutMs: 3_600_000,
    });
    const loose = ['--policy', 'never', '--hand-off-after', '100', '--total-timeout', '0'];
    const host = await stage.host(loose);
    assert.ok((await toolNames(host)).includes('task_poll'), 'its handles can be polled');
    const refused = await callTool(host, 'echo', { message: 'x' });
    assert.equal(refused.isError, true);
    assert.match(textOf(refused), /^`echo` was not started: IT \(\/etc\/.*\) does not allow/);
    const handle = handleOf(await callTool(host, 'wait_for_file', stage.endless));
    const client = await stage.control();
    const { row } = await client.request('tasks/get', { id: handle });
    assert.equal(row?.deadlines?.total?.limitMs, 3_600_000);
    const isLocked = (error: unknown) =>
      TaskHandlesError.is(error, 'locked_by_admin') && /all the time that IT/.test(error.message);
    await assert.rejects(client.request('tasks/extend', { id: handle, byMs: 60_000 }), isLocked);
    await runCli(['revoke', handle, '--home', stage.home]);
  });

  test('P8 P9 more time is given up to the lock', async (t) => {
    const stage = new Stage(t, { maxTotalTimeoutMs: 3_600_000 });
    const host = await stage.host(['--policy', 'always', '--total-timeout', '600000']);
    const handle = handleOf(await callTool(host, 'wait_for_file', stage.endless));
    await runCli(['extend', handle, '--by', '86400000', '--home', stage.home]);
    const view = await cliJson<TaskView>(['status', handle, '--home', stage.home]);
    assert.equal(view.deadlines?.total?.limitMs, 3_600_000);
    const { stdout } = await runCli(['audit', handle, '--home', stage.home]);
    assert.match(stdout, /total \+3000000 ms/);
    await runCli(['revoke', handle, '--home', stage.home]);
  });

  test('P8 a call that nobody tracks is ended when the time is over', async (t) => {
    const stage = new Stage(t, { maxTotalTimeoutMs: 1_500 });
    const host = await stage.host(['--policy', 'never', '--total-timeout', '0']);
    const handle = handleOf(await callTool(host, 'wait_for_file', stage.endless));
    assert.match(textOf(await callTool(host, 'task_poll', { handle })), /it took too long/);
  });

  test('P7 P8 the kill switch is followed while the broker runs, and told to who watches', async (t) => {
    const stage = new Stage(t, {});
    const host = await stage.host(['--policy', 'always']);
    const live = handleOf(await callTool(host, 'wait_for_file', stage.endless));
    // The handle comes before the server has read the call.
    await waitFor(() => stage.executions() === 1, DEADLINE_MS, 'the call runs');
    const client = await stage.control();
    const told: AdminLocks[] = [];
    client.onNotification('locks/changed', ({ locks }) => void told.push(locks));
    const { locks } = await client.request('locks/watch', {});
    assert.equal(locks.refuseNewWork, undefined);
    stage.machine.write({ by: 'IT', refuseNewWork: 'Maintenance' });
    await waitFor(() => told[0], DEADLINE_MS, 'the watcher is told');
    assert.equal(told[0]?.refuseNewWork, 'Maintenance');
    const refused = await callTool(host, 'wait_for_file', stage.endless);
    assert.match(textOf(refused), /IT .* has stopped all new work: Maintenance\./);
    assert.equal(stage.executions(), 1);
    const poll = await callTool(host, 'task_poll', { handle: live, waitMs: 0 });
    assert.match(textOf(poll), /Still running/, 'what runs goes on, and may be asked for');
    const { refusing, refusals, locks: told2 } = await stage.status();
    assert.deepEqual([refusing, refusals[0]?.by, told2?.by], [true, 'admin', 'IT']);
    const { stdout } = await runCli(['broker', 'status', '--home', stage.home]);
    assert.match(stdout, /^locked by +IT \(\/etc\/.*\)$/m);
    assert.match(stdout, /new work is refused: Maintenance/);
    const accept = await runCli(['accept-new-work', '--home', stage.home]);
    assert.equal(accept.code, 1);
    assert.match(accept.stderr, /administrator/i, 'nobody else lifts it');
    stage.machine.write({});
    await waitFor(() => told[1], DEADLINE_MS, 'the watcher is told again');
    const handle = handleOf(await callTool(host, 'wait_for_file', stage.endless));
    await runCli(['revoke', live, handle, '--home', stage.home]);
    const rows = await cliJson<AuditRow[]>(['audit', '--home', stage.home]);
    const switched = rows.filter(({ action }) => /^work_/.test(action));
    assert.deepEqual(
      switched.map(({ action, principal }) => [action, principal.door, principal.client?.name]),
      [
        ['work_refused', 'admin', 'IT'],
        ['work_accepted', 'admin', 'IT'],
      ],
    );
    assert.match(switched[0]?.reason ?? '', /Maintenance/);
  });
});

/** A home in which no broker can start. */
function unusableHome(stage: Stage): string {
  const file = join(stage.home, 'a-file');
  writeFileSync(file, '');
  return file;
}

suite('failing open', () => {
  for (const [what, policy] of [
    ['failOpen false', { by: 'IT', failOpen: false }],
    ['all new work refused', { by: 'IT', refuseNewWork: 'Maintenance' }],
    ['a tool of the server refused', { by: 'IT', refusedTools: ['*/echo'] }],
    ['a tool of the server to be tracked', { by: 'IT', mustTrack: ['e/wait_*'] }],
  ] as const) {
    test(`P8 ${what}: nothing runs past the broker, and the host is told why`, async (t) => {
      const stage = new Stage(t, policy);
      const failure = stage.host([], { home: unusableHome(stage) });
      await assert.rejects(failure, /IT \(\/etc\/.*\) lets nothing run without the broker\./);
    });
  }

  for (const [what, policy] of [
    ['other tools are locked', { refusedTools: ['other/*'] }],
    ['only times are', { maxTotalTimeoutMs: 60_000 }],
  ] as const) {
    test(`where ${what} the server runs as it would without us`, async (t) => {
      const stage = new Stage(t, policy);
      const host = await stage.host([], { home: unusableHome(stage) });
      assert.equal(textOf(await callTool(host, 'echo', { message: 'x' })), '{"message":"x"}');
      await waitFor(() => /calls are not tracked/.test(host.stderr()), DEADLINE_MS);
      await host.client.close();
    });
  }
});
