import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { suite, type TestContext, test } from 'node:test';
import { readLimitMark, starterOf } from '../../../src/processes/limitMark.ts';
import type { OwnedProcess } from '../../../src/processes/ownedProcess.ts';
import { identityOf } from '../../../src/processes/processIdentity.ts';
import { hostSystem } from '../../../src/processes/processSystem.ts';
import { readProcessTable } from '../../../src/processes/processTable.ts';
import { treeWatch } from '../../../src/processes/treeWatch.ts';
import { fixtureDefinition, nextLine, startFor, waitUntilGone } from '../../support/processes.ts';

suite('descendants that have left their parents', () => {
  test('P6 a daemon without environment ends, though nobody saw its parents', async (t) => {
    const owned = await startFor(t, fixtureDefinition('leavesADaemon.sh'));
    const daemon = await daemonOf(t, owned);
    const outcome = await owned.end({ graceMs: 0 });
    assert.deepEqual(outcome.survivors, []);
    await waitUntilGone([daemon], 0);
  });

  test('P6 it ends with those that one call has started', async (t) => {
    const owned = await startFor(t, fixtureDefinition('leavesADaemon.sh'));
    const daemon = await daemonOf(t, owned);
    const outcome = await owned.endDescendants({ sinceMs: 0, graceMs: 0 });
    assert.equal(outcome.level, 'killed');
    await waitUntilGone([daemon], 0);
    assert.equal(owned.hasExited, false);
  });

  test('P13 it ends when its server exits', async (t) => {
    const owned = await startFor(t, fixtureDefinition('leavesADaemon.sh'));
    const daemon = await daemonOf(t, owned);
    process.kill(owned.identity.pid, 'SIGKILL');
    await waitUntilGone([daemon, owned.identity.pid], 10_000);
  });

  test('P6 one that wiped off every mark ends, because its tree is remembered', async (t) => {
    const owned = await startFor(t, fixtureDefinition('leavesADaemonUnmarked.sh'));
    const parent = Number(await nextLine(owned));
    await seen(parent);
    owned.send('go');
    const daemon = await daemonOf(t, owned);
    await waitUntilGone([parent], 10_000);
    assert.equal(readLimitMark(daemon), null, 'it carries no mark');
    const outcome = await owned.end({ graceMs: 0 });
    assert.deepEqual(outcome.survivors, []);
    await waitUntilGone([daemon], 0);
  });

  test('an upstream and its guard bear a mark that names who started them', async (t) => {
    const owned = await startFor(t, fixtureDefinition('ignoresSigterm.sh'));
    await nextLine(owned);
    const mark = readLimitMark(owned.identity.pid);
    assert.equal(mark === null ? null : starterOf(mark), process.pid);
    const other = await startFor(t, fixtureDefinition('ignoresSigterm.sh'));
    await nextLine(other);
    assert.notEqual(readLimitMark(other.identity.pid), mark);
    assert.equal(readLimitMark(process.pid), null);
  });
});

suite('a pid that was recycled', () => {
  test('P6 is never signalled', async (t) => {
    const innocent = spawn('sleep', ['300'], { stdio: 'ignore' });
    t.after(() => innocent.kill('SIGKILL'));
    const entry = (await readProcessTable()).get(innocent.pid ?? 0);
    assert.ok(entry);
    hostSystem.signal({ ...entry, startTime: `${Number(entry.startTime) - 1}` }, 'SIGKILL');
    assert.equal((await hostSystem.stillLiving([entry])).length, 1);
    hostSystem.signal(entry, 'SIGKILL');
    await waitUntilGone([entry.pid], 10_000);
  });
});

/** A daemon's pid; it ends with the test, even when what is tested fails. */
async function daemonOf(t: TestContext, owned: OwnedProcess): Promise<number> {
  const pid = Number(await nextLine(owned));
  const identity = identityOf(pid);
  assert.ok(identity, 'the daemon lives');
  t.after(() => {
    if (identityOf(pid)?.startTime === identity.startTime) process.kill(pid, 'SIGKILL');
  });
  return pid;
}

/** Resolves when the watch of all trees has seen this process. */
async function seen(pid: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const watching = treeWatch.add((table) => {
      if (!table.has(pid)) return;
      watching.dispose();
      resolve();
    });
  });
}
