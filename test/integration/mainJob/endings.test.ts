import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
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

const AT_ONCE = ['--policy', 'always'];

async function brokerPid(home: string): Promise<number> {
  return (await cliJson<BrokerStatus>(['broker', 'status', '--home', home])).pid;
}

suite('revocation', () => {
  test('P6 a revoked task leaves no process', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('ignoresCancel.mjs');
    const host = await connectClient({ home, server, flags: AT_ONCE });
    const handle = handleOf(await callTool(host, 'hang'));
    const tree = await waitFor(async () => {
      const pids = await descendantPids(await brokerPid(home));
      return pids.length >= 2 ? pids : null;
    }, 30_000);
    assert.equal((await runCli(['revoke', handle, '--home', home])).code, 0);
    const view = await cliJson<TaskView>(['status', handle, '--home', home]);
    assert.deepEqual(
      [view.status, view.reason?.code, view.reason?.by],
      ['cancelled', 'revoked', 'user'],
    );
    assert.equal(view.reason?.level, 'descendants');
    const left = (await descendantPids(await brokerPid(home))).filter((pid) => tree.includes(pid));
    assert.equal(left.length, 1, 'only the server lives on');
  });

  test('P6 work inside a server ends with the server, and the next call works', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('ignoresCancelInside.mjs');
    const host = await connectClient({ home, server, flags: ['--hand-off-after', '200'] });
    const before = textOf(await callTool(host, 'echo'));
    const handle = handleOf(await callTool(host, 'hang'));
    await runCli(['revoke', handle, '--home', home]);
    const view = await cliJson<TaskView>(['status', handle, '--home', home]);
    assert.equal(view.reason?.level, 'terminated');
    const after = textOf(await callTool(host, 'echo'));
    assert.match(after, /^pid \d+$/);
    assert.notEqual(after, before, 'a fresh server answers');
  });

  test('what is ended by force with a task is revoked as well', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('ignoresCancelInside.mjs');
    const host = await connectClient({ home, server, flags: AT_ONCE });
    const first = handleOf(await callTool(host, 'hang'));
    const second = handleOf(await callTool(host, 'hang'));
    assert.equal((await runCli(['revoke', first, '--force', '--home', home])).code, 0);
    for (const handle of [first, second]) {
      const { status, reason } = await cliJson<TaskView>(['status', handle, '--home', home]);
      assert.deepEqual([status, reason?.code, reason?.by], ['cancelled', 'revoked', 'user']);
      assert.equal(reason?.level, 'terminated');
    }
  });

  test('one of two tasks is revoked, the other goes on', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('ignoresCancelInside.mjs');
    const host = await connectClient({ home, server, flags: AT_ONCE });
    const first = handleOf(await callTool(host, 'hang'));
    const second = handleOf(await callTool(host, 'hang'));
    await runCli(['revoke', first, '--home', home]);
    const revoked = await cliJson<TaskView>(['status', first, '--home', home]);
    assert.equal(revoked.reason?.level, 'cooperative');
    assert.match(revoked.reason?.note ?? '', /was not ended/);
    const other = await cliJson<TaskView>(['status', second, '--home', home]);
    assert.equal(other.status, 'working');
  });

  test('an agent stops its own task, its server stays', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('ignoresCancelInside.mjs');
    const host = await connectClient({ home, server, flags: ['--hand-off-after', '200'] });
    const before = textOf(await callTool(host, 'echo'));
    const handle = handleOf(await callTool(host, 'hang'));
    const answer = await callTool(host, 'task_control', { handle, action: 'revoke', reason: 'x' });
    assert.match(textOf(answer), /has been stopped for good/);
    assert.equal(textOf(await callTool(host, 'echo')), before);
    const poll = await callTool(host, 'task_poll', { handle });
    assert.equal(poll.isError, true);
    assert.match(textOf(poll), /was stopped by an agent\. x/);
  });
});

suite('crashes', () => {
  test('P13 a killed broker leaves nothing, and the next call works', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('ignoresCancel.mjs');
    const host = await connectClient({ home, server, flags: AT_ONCE });
    const handle = handleOf(await callTool(host, 'hang'));
    const pid = await brokerPid(home);
    const tree = await waitFor(async () => {
      const pids = await descendantPids(pid);
      return pids.length >= 2 ? pids : null;
    }, 30_000);
    process.kill(pid, 'SIGKILL');
    await waitUntilGone(tree, 1000);
    const view = await cliJson<TaskView>(['status', handle, '--home', home]);
    assert.deepEqual([view.status, view.reason?.code], ['failed', 'lost']);
    const second = handleOf(await callTool(host, 'hang'));
    assert.notEqual(second, handle);
    const poll = await callTool(host, 'task_poll', { handle });
    assert.match(textOf(poll), /was lost: nobody knows whether it finished/);
  });

  test('a server that exits during a call fails it with its last words', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('exitsDuringCall.mjs');
    const host = await connectClient({ home, server });
    await assert.rejects(callTool(host, 'crash'), /exited with code 3.*the disk is on fire/);
    assert.equal(textOf(await callTool(host, 'echo')), 'alive');
  });

  test('a server that exits fails its task with upstream_exit', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('exitsDuringCall.mjs');
    const host = await connectClient({ home, server, flags: AT_ONCE });
    const handle = handleOf(await callTool(host, 'crash'));
    const poll = await callTool(host, 'task_poll', { handle });
    assert.match(textOf(poll), /failed, because its server ended.*the disk is on fire/);
    const view = await cliJson<TaskView>(['status', handle, '--home', home]);
    assert.equal(view.reason?.code, 'upstream_exit');
  });

  test('a server that prints to stdout still answers', async (t) => {
    const home = temporaryHome(t);
    const host = await connectClient({ home, server: fixtureServer('printsNonJson.mjs') });
    assert.equal(textOf(await callTool(host, 'echo')), 'still works');
  });

  test('a command that does not exist is named in one line', async (t) => {
    const home = temporaryHome(t);
    await assert.rejects(
      connectClient({ home, server: ['no-such-command-here'] }),
      /`no-such-command-here` was not found/,
    );
  });

  test('a server that exits at once is named in one line', async (t) => {
    const home = temporaryHome(t);
    const server = ['/bin/sh', '-c', 'echo "cannot read the config" >&2; exit 7'];
    await assert.rejects(
      connectClient({ home, server }),
      /exited with code 7.*cannot read the config/,
    );
  });
});
