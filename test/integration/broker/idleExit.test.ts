import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { BrokerHome, PATIENCE_MS } from '../../support/brokerHome.ts';
import { waitUntilGone } from '../../support/processes.ts';

/** Longer than a client pauses between two looks at the endpoint, or it would never find any. */
const IDLE_MS = 300;

suite('idle exit', () => {
  test('a broker that nobody uses retracts its endpoint and ends', async (t) => {
    const home = await BrokerHome.make(t);
    const start = { distFolder: home.distFolder, idleExitMs: IDLE_MS };
    const client = await home.open(t, { start });
    const { pid } = client.welcome;
    const { socket } = home.endpoint();
    client.dispose();
    await waitUntilGone([pid], PATIENCE_MS);
    assert.equal(existsSync(home.paths.endpoint), false);
    assert.equal(existsSync(socket), false);
    assert.match(home.log(), /leaving: idle\.\n.*exits with 0/);
  });

  test('an attached client keeps it', async (t) => {
    const home = await BrokerHome.make(t);
    const start = { distFolder: home.distFolder, idleExitMs: IDLE_MS };
    const stays = await home.open(t, { start });
    const leaves = await home.open(t, { start });
    leaves.dispose();
    // As long as five idle times, told by a clock that the broker's own timers share.
    for (const _ of Array(5)) {
      const until = performance.now() + IDLE_MS;
      while (performance.now() < until) await stays.request('broker/status', {});
    }
    assert.equal((await stays.request('broker/status', {})).pid, stays.welcome.pid);
  });

  test('a client that races it is served by the next one', async (t) => {
    const home = await BrokerHome.make(t);
    const start = { distFolder: home.distFolder, idleExitMs: IDLE_MS };
    const pids = new Set<number>();
    // As many rounds more as it takes on a machine where brokers leave later than that.
    for (let round = 0; round < 16 || pids.size === 1; round++) {
      const client = await home.open(t, { start });
      assert.equal((await client.request('broker/status', {})).home, home.paths.root);
      pids.add(client.welcome.pid);
      client.dispose();
      // Comes back from a little before to a little after the moment it leaves.
      await pause(IDLE_MS - 8 + round);
    }
    assert.ok(pids.size > 1, 'brokers have left in between');
  });

  test('asked to stop it answers first, then ends', async (t) => {
    const home = await BrokerHome.make(t);
    for (const drain of [false, true]) {
      const client = await home.open(t);
      const closed = new Promise<void>((resolve) => client.onClose(resolve));
      assert.equal(await client.request('broker/stop', { drain }), null);
      await closed;
      await waitUntilGone([client.welcome.pid], PATIENCE_MS);
      assert.equal(existsSync(home.paths.endpoint), false);
    }
  });

  test('SIGTERM ends it in order', async (t) => {
    const home = await BrokerHome.make(t);
    await home.open(t);
    await waitUntilGone([home.signal('SIGTERM')], PATIENCE_MS);
    assert.equal(existsSync(home.paths.endpoint), false);
    assert.match(home.log(), /leaving: SIGTERM/);
  });
});
