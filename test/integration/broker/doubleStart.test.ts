import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { ensureHome } from '../../../src/brokerApi/home.ts';
import { HELD_MARK, startBroker } from '../../../src/brokerApi/startBroker.ts';
import { BrokerHome } from '../../support/brokerHome.ts';
import { waitFor } from '../../support/processes.ts';

const STARTS = 60;
const ROUND_MS = 120_000;

/** Starts them all at once and waits until each has either taken the home or seen its owner. */
async function startAll(home: BrokerHome, heldBefore: number): Promise<void> {
  const starts = Array.from({ length: STARTS }, () =>
    startBroker({ paths: home.paths, distFolder: home.distFolder, idleExitMs: 600_000 }),
  );
  await Promise.all(starts);
  const isSettled = () => heldCount(home) === heldBefore + STARTS - 1;
  await waitFor(isSettled, ROUND_MS, `${STARTS - 1} brokers that saw another one in charge`);
  await waitFor(() => home.pids().length === 1, ROUND_MS, 'one broker left');
}

/** Of the lines that are whole: one may be looked at while it is written. */
function heldCount(home: BrokerHome): number {
  const lines = readFileSync(home.paths.startLog, 'utf8').split('\n').slice(0, -1);
  assert.deepEqual(
    lines.filter((line) => line !== '' && !line.startsWith(HELD_MARK)),
    [],
  );
  return lines.filter((line) => line.startsWith(HELD_MARK)).length;
}

/** A broker owns the home, and others see that, before it writes so: the last of them is waited for. */
async function writers(home: BrokerHome): Promise<string[]> {
  const isTold = () =>
    existsSync(home.paths.brokerLog) && written(home).includes(`${home.owner().pid}`);
  await waitFor(isTold, ROUND_MS, 'the owner has written that it is');
  return written(home);
}

function written(home: BrokerHome): string[] {
  return [...home.log().matchAll(/Broker (\d+) owns/g)].map((match) => match[1] ?? '');
}

suite('double start', () => {
  test('60 simultaneous starts give one writer', async (t) => {
    const home = await BrokerHome.make(t);
    ensureHome(home.paths);
    await startAll(home, 0);
    assert.equal((await writers(home)).length, 1);
    assert.equal(home.owner().number, 1);
    assert.deepEqual(home.pids(), [home.owner().pid]);
  });

  test('60 starts after a killed owner give one successor', async (t) => {
    const home = await BrokerHome.make(t);
    await home.open(t);
    for (const round of [1, 2, 3]) {
      const former = home.owner();
      await home.kill();
      await startAll(home, (round - 1) * (STARTS - 1));
      assert.equal(home.owner().number, former.number + 1);
      assert.deepEqual(home.pids(), [home.owner().pid]);
      assert.equal((await writers(home)).length, round + 1);
    }
  });

  test('60 clients at once reach the same broker', async (t) => {
    const home = await BrokerHome.make(t);
    const link = { timeoutMs: ROUND_MS };
    const clients = await Promise.all(Array.from({ length: STARTS }, () => home.open(t, link)));
    const pids = new Set(clients.map((client) => client.welcome.pid));
    assert.deepEqual([...pids], [home.owner().pid]);
    assert.equal((await writers(home)).length, 1);
  });
});
