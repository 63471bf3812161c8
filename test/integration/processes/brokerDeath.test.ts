import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { suite, type TestContext, test } from 'node:test';
import { guardedLaunch } from '../../../src/processes/guardScript.ts';
import { readStat } from '../../../src/processes/linuxProc.ts';
import { endOrphans, findOrphans } from '../../../src/processes/orphans.ts';
import { isOwnerAlive } from '../../../src/processes/ownerMark.ts';
import { ownerOf } from '../../../src/processes/ownerOf.ts';
import { identityOf } from '../../../src/processes/processIdentity.ts';
import { readProcessTable } from '../../../src/processes/processTable.ts';
import {
  assertEnded,
  fixtureDefinition,
  fixturePath,
  markedPids,
  nextLine,
  startFor,
  waitFor,
  waitUntilGone,
} from '../../support/processes.ts';

suite('a broker killed with -9', () => {
  test('P13 its upstreams and their grandchildren are gone within a second', async (t) => {
    const broker = await startBroker(t, 'forksGrandchildren.sh');
    assert.ok(broker.pids.every((pid) => identityOf(pid) !== null));
    broker.kill();
    await waitUntilGone(broker.pids, 1000);
    await waitFor(async () => (await markedPids(broker.owner)).length === 0, 1000);
  });

  test('P13 a guard that starts only after the broker died ends the group all the same', async (t) => {
    const options = { env: {}, limitMark: null, bash: undefined };
    const { args } = guardedLaunch(['sleep', '300'], options);
    const launched = spawn('/bin/sh', args, {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const pid = launched.pid ?? 0;
    t.after(() => launched.kill('SIGKILL'));
    launched.stdio[3]?.destroy();
    await waitUntilGone([pid], 2000);
  });

  test('P13 one that ignores SIGTERM is gone as well', async (t) => {
    const broker = await startBroker(t, 'ignoresSigterm.sh');
    broker.kill();
    await waitUntilGone(broker.pids, 1000);
  });

  test('P13 the next broker ends those that left the group', async (t) => {
    const broker = await startBroker(t, 'leavesTheGroup.mjs');
    const child = broker.pids[1] ?? 0;
    broker.kill();
    await waitUntilGone(broker.pids.slice(0, 1), 1000);
    await waitFor(async () => (await markedPids(broker.owner)).length === 1, 1000);

    const orphans = findOrphans((owner) => owner !== broker.owner);
    assert.deepEqual(orphans, [identityOf(child)]);
    const outcome = await endOrphans(orphans);
    assertEnded(outcome, 'killed', 1);
    await waitUntilGone([child], 0);
  });

  test('P13 one that is paused is gone as well', async (t) => {
    const broker = await startBroker(t, 'forksGrandchildren.sh');
    assert.equal(await broker.pause(), 'paused: standing');
    assert.deepEqual([...new Set(broker.pids.map((pid) => readStat(pid)?.state))], ['T']);
    broker.kill();
    await waitUntilGone(broker.pids, 1000);
    await waitFor(async () => (await markedPids(broker.owner)).length === 0, 1000);
  });

  test('P13 the next broker ends what stands in a session of its own', async (t) => {
    const broker = await startBroker(t, 'leavesTheGroup.mjs');
    const child = broker.pids[1] ?? 0;
    assert.equal(await broker.pause(), 'paused: standing');
    broker.kill();
    await waitUntilGone(broker.pids.slice(0, 1), 1000);
    assert.equal(readStat(child)?.state, 'T');
    await endOrphans(findOrphans((owner) => owner !== broker.owner));
    await waitUntilGone([child], 0);
  });

  test('P13 so does it with a daemon that kept nothing of its environment', async (t) => {
    const broker = await startBroker(t, 'leavesADaemon.sh');
    const daemon = broker.pids[1] ?? 0;
    broker.kill();
    // The pipes of one that dies are closed while it still lives.
    await waitUntilGone([broker.pid, ...broker.pids.slice(0, 1)], 5000);
    const table = await readProcessTable();
    const owner = ownerOf(table.get(daemon) ?? assert.fail('the daemon lives'));
    assert.equal(owner, `${broker.pid}-:`);
    assert.equal(isOwnerAlive(owner ?? ''), false);
    const find = () => findOrphans((mark) => mark !== owner);
    await waitFor(() => find().length === 1, 5000, 'its parent is gone');
    const orphans = find();
    assert.deepEqual(orphans, [identityOf(daemon)]);
    assertEnded(await endOrphans(orphans), 'killed', 1);
  });

  test('processes of living owners are no orphans', async (t) => {
    const definition = fixtureDefinition('forksGrandchildren.sh');
    const owned = await startFor(t, definition);
    await nextLine(owned);
    const orphans = findOrphans(() => true);
    assert.deepEqual(orphans, []);
    assertEnded(await endOrphans(orphans), 'none', 0);
  });
});

/** Another process that owns the fixture, and the pids of that: the upstream's first. */
async function startBroker(t: TestContext, fixture: string) {
  const { command, args, owner } = fixtureDefinition(fixture);
  const script = fixturePath('processes/brokerOf.ts');
  const broker = spawn(process.execPath, ['--import', 'tsx', script, command, owner, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    broker.kill('SIGKILL');
    const isClean = async () => (await markedPids(owner)).length === 0;
    // What a failed test has left is ended, and told.
    await waitFor(isClean, 2000).catch(async (error) => {
      for (const pid of await markedPids(owner)) process.kill(pid, 'SIGKILL');
      throw error;
    });
  });
  const pids: number[] = [];
  const lines = createInterface(broker.stdout)[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  for (let line = 'upstream'; line.startsWith('upstream'); ) {
    line = await next();
    pids.push(...(line.match(/\d+/g) ?? []).map(Number));
  }
  assert.ok(pids.length > 1, 'the fixture has started');
  const pause = async () => {
    broker.kill('SIGUSR2');
    return await next();
  };
  return { owner, pid: broker.pid ?? 0, pids, pause, kill: () => broker.kill('SIGKILL') };
}
