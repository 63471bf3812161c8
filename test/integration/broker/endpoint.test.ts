import assert from 'node:assert/strict';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { suite, test } from 'node:test';
import { ensureHome } from '../../../src/brokerApi/home.ts';
import { TaskHandlesError } from '../../../src/common/errors.ts';
import { BrokerHome, PATIENCE_MS } from '../../support/brokerHome.ts';
import { waitFor } from '../../support/processes.ts';

const JUNK = ['', 'no json', '[]', '{"mcpTaskHandles":1}', '{"mcpTaskHandles":1,"pid":-1}'];
const permissionsOf = (path: string) => statSync(path).mode & 0o777;

suite('endpoint', () => {
  test('P8 files and folders are for this user alone', async (t) => {
    const home = await BrokerHome.make(t);
    await home.open(t);
    const { paths } = home;
    const { socket, token } = home.endpoint();
    assert.match(token, /^[0-9a-f]{64}$/);
    for (const file of [paths.endpoint, paths.brokerLog, paths.startLog, socket]) {
      assert.equal(permissionsOf(file), 0o600, file);
    }
    for (const folder of [paths.root, paths.lockFolder, paths.logFolder, dirname(socket)]) {
      assert.equal(permissionsOf(folder), 0o700, folder);
    }
  });

  test('junk in its place is replaced by a started broker', async (t) => {
    for (const junk of JUNK) {
      const home = await BrokerHome.make(t);
      ensureHome(home.paths);
      writeFileSync(home.paths.endpoint, junk, { mode: 0o600 });
      const client = await home.open(t);
      assert.equal(home.endpoint().pid, client.welcome.pid);
    }
  });

  test('junk over a living broker heals', async (t) => {
    const home = await BrokerHome.make(t);
    const { pid } = (await home.open(t)).welcome;
    writeFileSync(home.paths.endpoint, '{', { mode: 0o600 });
    assert.equal((await home.open(t)).welcome.pid, pid);
  });

  test('a socket that a cleaner took away is made anew', async (t) => {
    const home = await BrokerHome.make(t);
    const { pid } = (await home.open(t)).welcome;
    rmSync(home.endpoint().socket);
    assert.equal((await home.open(t)).welcome.pid, pid);
  });

  test('a killed broker is replaced and its endpoint rewritten', async (t) => {
    const home = await BrokerHome.make(t);
    const first = await home.open(t);
    const before = home.endpoint();
    const closed = new Promise<void>((resolve) => first.onClose(resolve));
    await home.kill();
    await closed;
    const second = await home.open(t);
    const after = home.endpoint();
    assert.notEqual(second.welcome.pid, before.pid);
    assert.equal(after.pid, second.welcome.pid);
    assert.notEqual(after.token, before.token);
    assert.equal(after.number, before.number + 1);
  });

  test('a broker whose home was deleted ends', async (t) => {
    const home = await BrokerHome.make(t);
    const client = await home.open(t);
    const closed = new Promise<void>((resolve) => client.onClose(resolve));
    // Again, should the broker make a file in a folder that is just being emptied.
    rmSync(home.paths.root, { recursive: true, maxRetries: 10 });
    await closed;
    await waitFor(() => home.pids().length === 0, PATIENCE_MS);
  });

  test('nobody is started when that is not wanted', async (t) => {
    const home = await BrokerHome.make(t);
    await assert.rejects(home.open(t, { start: 'never' }), (error) =>
      TaskHandlesError.is(error, 'no_broker'),
    );
    assert.deepEqual(home.pids(), []);
  });
});
