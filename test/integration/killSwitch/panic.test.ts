import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import {
  callTool,
  connectClient,
  fixtureServer,
  handleOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { waitFor, waitUntilGone } from '../../support/processes.ts';
import { descendantPids } from '../../support/processTree.ts';

const LONG = { timeout: 120_000 };

/** Tasks whose trees have left their groups, and all of their processes. */
async function running(t: TestContext) {
  const home = temporaryHome(t);
  const server = fixtureServer('startsOutsideItsGroup.mjs');
  const flags = ['--policy', 'always'];
  const hosts = await Promise.all(
    ['one', 'two'].map((route) => connectClient({ home, server, route, flags })),
  );
  const handles = await Promise.all(
    hosts.map(async (host) => handleOf(await callTool(host, 'hang'))),
  );
  const { pid } = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
  const tree = await waitFor(async () => {
    const pids = await descendantPids(pid);
    return pids.length >= 4 ? pids : null;
  }, 30_000);
  return { home, hosts, handles, pid, tree };
}

async function reasonsOf(home: string, handles: readonly string[]) {
  const views = await Promise.all(
    handles.map((handle) => cliJson<TaskView>(['status', handle, '--home', home])),
  );
  return views.map(({ status, reason }) => [status, reason?.code, reason?.by, reason?.level]);
}

const REVOKED = ['cancelled', 'revoked', 'user', 'killed'];

suite('panic', () => {
  test('P7 ends the trees of a stopped broker, and nothing comes back with it', LONG, async (t) => {
    const { home, hosts, handles, pid, tree } = await running(t);
    process.kill(pid, 'SIGSTOP');
    const begun = performance.now();
    const { code, stdout, stderr } = await runCli(['panic', '--home', home]);
    t.diagnostic(`panic took ${Math.round(performance.now() - begun)} ms`);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^server one \(pid \d+\)$/m);
    assert.match(stdout, /^server two \(pid \d+\)$/m);
    assert.match(stdout, /^Everything is ended: freed \d+ processes/m);
    await waitUntilGone(tree, 1);
    process.kill(pid, 'SIGCONT');

    assert.deepEqual(await reasonsOf(home, handles), [REVOKED, REVOKED]);
    const [host] = hosts;
    assert.ok(host);
    assert.match(textOf(await callTool(host, 'hang')), /all new work is refused by the user/);
    assert.deepEqual(await descendantPids(pid), [], 'no server has come back');
    await waitFor(() => readdirSync(join(home, 'panics')).length === 0, 30_000);
    await runCli(['accept-new-work', '--home', home]);
    assert.match(handleOf(await callTool(host, 'hang')), /^th_/);
  });

  test('P7 needs no broker, and the next one records what it did', LONG, async (t) => {
    const { home, hosts, handles, pid, tree } = await running(t);
    process.kill(pid, 'SIGSTOP');
    assert.equal((await runCli(['panic', '--home', home])).code, 0);
    process.kill(pid, 'SIGKILL');
    await waitUntilGone([pid, ...tree], 30_000);
    assert.deepEqual(await reasonsOf(home, handles), [REVOKED, REVOKED]);
    const status = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
    assert.notEqual(status.pid, pid);
    assert.equal(status.refusing, true);
    assert.equal(hosts.length, 2);
  });

  test('P7 does the same beside a broker that is well', LONG, async (t) => {
    const { home, handles, pid, tree } = await running(t);
    assert.equal((await runCli(['panic', '--home', home])).code, 0);
    await waitUntilGone(tree, 1);
    assert.deepEqual(await reasonsOf(home, handles), [REVOKED, REVOKED]);
    const status = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
    assert.equal(status.pid, pid);
    assert.deepEqual(
      status.refusals.map(({ client }) => client),
      ['panic'],
    );
  });

  test('ends nothing where nothing runs, and refuses all the same', LONG, async (t) => {
    const home = temporaryHome(t);
    const { code, stdout } = await runCli(['panic', '--home', home]);
    assert.deepEqual([code, stdout], [0, 'Nothing was running.\n']);
    const lifted = await cliJson<unknown[]>(['accept-new-work', '--home', home]);
    assert.equal(lifted.length, 1);
  });

  test(
    'P7 a refusal that cannot be read refuses everything, until new work is accepted',
    LONG,
    async (t) => {
      const home = temporaryHome(t);
      mkdirSync(join(home, 'refusals'), { recursive: true, mode: 0o700 });
      writeFileSync(join(home, 'refusals', 'abcd1234.json'), '{"version":');
      const host = await connectClient({ home, server: fixtureServer('ignoresCancelInside.mjs') });
      assert.match(
        textOf(await callTool(host, 'echo')),
        /cannot be read.*so everything is refused/,
      );
      assert.equal((await runCli(['accept-new-work', '--home', home])).code, 0);
      assert.match(textOf(await callTool(host, 'echo')), /^pid/);
      const kept = readdirSync(join(home, 'refusals'));
      assert.match(kept.join(), /^abcd1234\.json\.bad-\d+$/);
    },
  );
});
