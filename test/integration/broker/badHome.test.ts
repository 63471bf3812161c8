import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { ensureHome } from '../../../src/brokerApi/home.ts';
import { linkLock } from '../../../src/brokerApi/lockFolder.ts';
import { fatalMark } from '../../../src/brokerApi/startBroker.ts';
import { type ErrorCode, TaskHandlesError } from '../../../src/common/errors.ts';
import { BrokerHome } from '../../support/brokerHome.ts';

function rejection(code: ErrorCode, words: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(TaskHandlesError.is(error, code), String(error));
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}

/** For this process and the brokers it starts, until the test ends. */
function setEnvironment(t: TestContext, changes: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(changes)) {
    const before = process.env[name];
    const set = (text: string | undefined) => {
      if (text === undefined) delete process.env[name];
      else process.env[name] = text;
    };
    set(value);
    t.after(() => set(before));
  }
}

suite('bad home', () => {
  test('a file in its place is named with the cure', async (t) => {
    const home = await BrokerHome.make(t, 'state');
    writeFileSync(home.paths.root, 'mine');
    const words = /state cannot be used \(there is a file in its place\); name a folder .*--home/;
    await assert.rejects(home.open(t), rejection('home_not_writable', words));
    rmSync(home.paths.root);
    await home.open(t);
  });

  test('a home below a file is named too', async (t) => {
    const home = await BrokerHome.make(t, 'file/state');
    writeFileSync(join(home.paths.root, '..'), 'mine');
    await assert.rejects(home.open(t), rejection('home_not_writable', /a file in its place/));
  });

  test('a folder that others may write to is refused', async (t) => {
    const home = await BrokerHome.make(t, 'shared');
    mkdirSync(home.paths.root);
    chmodSync(home.paths.root, 0o777);
    writeFileSync(join(home.paths.root, 'theirs'), '');
    await assert.rejects(home.open(t), rejection('home_not_writable', /other users can write/));
  });

  test('a home with a very long path works', async (t) => {
    const home = await BrokerHome.make(t, `${'long-'.repeat(30)}/${'path-'.repeat(30)}`);
    await home.open(t);
    assert.ok(Buffer.byteLength(home.endpoint().socket) <= 103);
  });

  test('a runtime folder with a very long path is named', async (t) => {
    const home = await BrokerHome.make(t);
    const long = `/tmp/${'l'.repeat(120)}`;
    setEnvironment(t, { TMPDIR: long, XDG_RUNTIME_DIR: undefined });
    const words = /is longer than the \d+ bytes .*; set XDG_RUNTIME_DIR or TMPDIR/;
    await assert.rejects(home.open(t), rejection('socket_path_too_long', words));
    assert.deepEqual(home.pids(), []);
  });

  test('the failed start of somebody else fails nobody', async (t) => {
    const home = await BrokerHome.make(t);
    ensureHome(home.paths);
    const told = `${fatalMark('theirs')}No folder for the socket.\n`;
    const opening = home.open(t);
    // From before its first look until long after: whoever believes it fails.
    const writing = setInterval(() => appendFileSync(home.paths.startLog, told), 5);
    t.after(() => clearInterval(writing));
    await opening;
  });

  test('a broker that cannot make its socket says why', async (t) => {
    const home = await BrokerHome.make(t);
    const folder = mkdtempSync('/tmp/mth-rt-');
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const name of ['mcp-task-handles', `mcp-task-handles-${process.getuid?.()}`]) {
      writeFileSync(join(folder, name), 'in the way');
    }
    setEnvironment(t, { TMPDIR: folder, XDG_RUNTIME_DIR: folder });
    const words = /^The broker did not start: No folder for the socket: .*; set XDG_RUNTIME_DIR/;
    await assert.rejects(home.open(t), rejection('broker_start_failed', words));
  });

  test('an owner on another host is not replaced', async (t) => {
    const home = await BrokerHome.make(t);
    ensureHome(home.paths);
    const owner = { pid: 1, startTime: '1', bootId: 'b', host: 'elsewhere', startedAt: '' };
    linkLock(home.paths.lockFolder, { ...owner, number: 7 });
    const words = /A broker on elsewhere \(pid 1\) owns this home; .* delete .*broker\.7\.lock\./;
    await assert.rejects(home.open(t), rejection('broker_start_failed', words));
    rmSync(join(home.paths.lockFolder, 'broker.7.lock'));
    await home.open(t);
  });

  test('a dist folder without a broker is named', async (t) => {
    const home = await BrokerHome.make(t);
    const start = { distFolder: join(home.paths.root, 'nothing') };
    const words = /There is no broker\.js in .*nothing; install/;
    await assert.rejects(home.open(t, { start }), rejection('broker_start_failed', words));
  });

  test('a broker that crashes at its start says why', async (t) => {
    const home = await BrokerHome.make(t);
    const distFolder = join(home.paths.root, 'broken');
    mkdirSync(distFolder, { recursive: true });
    writeFileSync(join(distFolder, 'broker.js'), 'throw new RangeError("it is broken");');
    const words = /^The broker did not start: RangeError: it is broken$/;
    const opening = home.open(t, { start: { distFolder } });
    await assert.rejects(opening, rejection('broker_start_failed', words));
  });

  test('a broker that is slow to start has not failed', async (t) => {
    const home = await BrokerHome.make(t);
    const distFolder = join(home.paths.root, 'slow');
    mkdirSync(distFolder, { recursive: true });
    writeFileSync(join(distFolder, 'broker.js'), 'setInterval(() => {}, 1000);');
    const opening = home.open(t, { start: { distFolder }, timeoutMs: 300 });
    await assert.rejects(opening, rejection('no_broker', /has answered in time; try again/));
  });
});
