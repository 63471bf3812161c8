import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import type { AuditRow } from '../../../src/registry/auditTrail.ts';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import { CliProcess } from '../../support/cliProgram.ts';
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

const LONG = { timeout: 180_000 };
const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'host', version: '1' },
};

function connected(home: string, route: string, ...flags: string[]): Promise<ConnectedClient> {
  const server = fixtureServer('ignoresCancelInside.mjs');
  return connectClient({ home, server, route, flags });
}

async function brokerPid(home: string): Promise<number> {
  return (await cliJson<BrokerStatus>(['broker', 'status', '--home', home])).pid;
}

/** A host whose broker cannot be started: the programs have none beside them. */
async function hostWithoutBroker(t: TestContext, home: string, route = 'r'): Promise<CliProcess> {
  const server = fixtureServer('ignoresCancelInside.mjs');
  const args = ['connect', '--route', route, '--home', home, '--', ...server];
  const host = await CliProcess.start(t, args);
  t.after(() => host.child.stdin.end());
  host.request(0, 'initialize', INITIALIZE);
  return host;
}

suite('revoke --all', () => {
  test(
    'P7 ends 100 tasks of 10 routes, and refuses until new work is accepted',
    LONG,
    async (t) => {
      const home = temporaryHome(t);
      const routes = Array.from({ length: 10 }, (_, at) => `route${at}`);
      const hosts = await Promise.all(
        routes.map((name) => connected(home, name, '--policy', 'always')),
      );
      const calls = hosts.flatMap((host) =>
        Array.from({ length: 10 }, () => callTool(host, 'hang')),
      );
      const handles = (await Promise.all(calls)).map(handleOf);
      assert.equal(new Set(handles).size, 100);
      const servers = await descendantPids(await brokerPid(home));

      const begun = performance.now();
      const ended = await runCli(['revoke', '--all', '--reason', 'enough', '--home', home]);
      t.diagnostic(`revoke --all took ${Math.round(performance.now() - begun)} ms`);
      assert.equal(ended.code, 0);
      assert.match(ended.stderr, /All new work is refused by the user .*accept-new-work/);
      await waitUntilGone(servers, 1);
      const views = await cliJson<TaskView[]>(['list', '--all', '--home', home]);
      assert.deepEqual([...new Set(views.map(({ reason }) => reason?.code))], ['revoked']);
      assert.equal(views.length, 100);

      const [host] = hosts;
      assert.ok(host);
      const refused = await callTool(host, 'hang');
      assert.equal(refused.isError, true);
      assert.match(
        textOf(refused),
        /`hang` was not started: all new work is refused by the user since .*enough.*Do not retry.*ask the user/,
      );
      const poll = await callTool(host, 'task_poll', { handle: handles[0] });
      assert.match(textOf(poll), /was stopped by the user/, 'the companions are not refused');

      await runCli(['broker', 'stop', '--home', home]);
      const again = await waitFor(async () => {
        const answer = await callTool(host, 'hang').catch(() => null);
        return answer?.isError === true ? textOf(answer) : null;
      }, 30_000);
      assert.match(again, /all new work is refused/, 'still refused by the next broker');

      const accepted = await runCli(['accept-new-work', '--home', home]);
      assert.match(accepted.stdout, /accepted: all new work/);
      assert.match(handleOf(await callTool(host, 'hang')), /^th_/);
      const rows = await cliJson<AuditRow[]>(['audit', '--home', home]);
      const work = rows.filter(({ action }) => action.startsWith('work_'));
      assert.deepEqual(
        work.map(({ action, reason, principal }) => [action, reason, principal.door]),
        [
          ['work_refused', 'all new work: enough', 'user'],
          ['work_accepted', 'all new work', 'user'],
        ],
      );
    },
  );

  test('P7 of one route leaves the others alone', LONG, async (t) => {
    const home = temporaryHome(t);
    const one = await connected(home, 'one', '--hand-off-after', '200');
    const other = await connected(home, 'other', '--hand-off-after', '200');
    const [first, second] = await Promise.all([callTool(one, 'hang'), callTool(other, 'hang')]);
    const { code, stderr } = await runCli(['revoke', '--all', '--route', 'one', '--home', home]);
    assert.equal(code, 0);
    assert.match(stderr, /New work of server "one" is refused/);
    const statusOf = async (of: typeof first) =>
      (await cliJson<TaskView>(['status', handleOf(of), '--home', home])).status;
    assert.deepEqual([await statusOf(first), await statusOf(second)], ['cancelled', 'working']);
    assert.match(textOf(await callTool(one, 'echo')), /new work of server "one" is refused/);
    assert.match(textOf(await callTool(other, 'echo')), /^pid/);
  });

  test('P7 a call before its hand-off is ended as well', LONG, async (t) => {
    const home = temporaryHome(t);
    const host = await connected(home, 'r');
    const call = callTool(host, 'hang');
    await waitFor(async () => {
      const status = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
      return status.live === 1;
    }, 30_000);
    await runCli(['revoke', '--all', '--home', home]);
    const answer = await call;
    assert.equal(answer.isError, true);
    assert.match(textOf(answer), /The user stopped this call of `hang`/);
  });

  test('P7 nothing runs past the broker while new work is refused', LONG, async (t) => {
    const home = temporaryHome(t);
    const refusing = await CliProcess.start(t, [
      ...['revoke', '--all', '--route', 'r', '--home', home],
    ]);
    await refusing.stderr.next((line) => /New work of server "r" is refused/.test(line));
    assert.equal(await refusing.exit, 0);
    const host = await hostWithoutBroker(t, home);
    const answer = await host.stdout.next((line) => line.includes('"id":0'));
    assert.match(answer, /was not carried out: new work of server \\"r\\" is refused by the user/);
    const free = await hostWithoutBroker(t, home, 'free');
    await free.stderr.next((line) => /directly: calls are not tracked/.test(line));

    const accepting = await CliProcess.start(t, ['accept-new-work', '--home', home]);
    assert.equal(await accepting.exit, 0);
    host.request(1, 'initialize', INITIALIZE);
    await host.stderr.next((line) => /directly: calls are not tracked/.test(line));
    assert.match(await host.stdout.next((line) => line.includes('"id":1')), /serverInfo/);
  });

  test('P7 a broker that hangs takes the order in as soon as it goes on', LONG, async (t) => {
    const home = temporaryHome(t);
    const host = await connected(home, 'r', '--policy', 'always');
    const handle = handleOf(await callTool(host, 'hang'));
    const pid = await brokerPid(home);
    process.kill(pid, 'SIGSTOP');
    const { code, stdout, stderr } = await runCli(['revoke', '--all', '--home', home]);
    process.kill(pid, 'SIGCONT');
    assert.equal(code, 4);
    assert.equal(stdout, '', 'it is not known whether nothing runs');
    assert.match(stderr, /What runs could not be ended; `panic` ends it/);
    await waitFor(async () => {
      const { reason } = await cliJson<TaskView>(['status', handle, '--home', home]);
      return reason?.code === 'revoked' && reason.level !== undefined;
    }, 30_000);
  });
});
