import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { suite, type TestContext, test } from 'node:test';
import { BrokerLock, type LockOptions } from '../../../src/broker/brokerLock.ts';
import { type LockOwner, linkLock, lockPath } from '../../../src/brokerApi/lockFolder.ts';
import { TaskHandlesError } from '../../../src/common/errors.ts';
import { identityOf } from '../../../src/processes/processIdentity.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

function ownerOf(number: number, changes: Partial<LockOwner> = {}): LockOwner {
  const owner = { pid: 4_000_000, startTime: '1', bootId: 'boot', host: 'here', startedAt: '' };
  return { ...owner, number, ...changes };
}

async function options(t: TestContext): Promise<LockOptions & { folder: string }> {
  return { folder: await temporaryFolder(t), host: 'here', livenessOf: () => 'dead' };
}

function acquired(of: LockOptions): BrokerLock {
  const outcome = BrokerLock.acquire(of);
  assert.equal(outcome.kind, 'acquired');
  return (outcome as Extract<typeof outcome, { kind: 'acquired' }>).lock;
}

const isHeldFor = (words: RegExp) => (error: unknown) =>
  TaskHandlesError.is(error, 'lock_held') && words.test(error.message);

suite('broker lock', () => {
  test('the first takes number 1 and leaves nothing else behind', async (t) => {
    const of = await options(t);
    const { owner } = acquired(of);
    assert.equal(owner.number, 1);
    assert.equal(owner.pid, process.pid);
    assert.equal(owner.startTime, identityOf(process.pid)?.startTime);
    assert.deepEqual(readdirSync(of.folder), ['broker.1.lock']);
  });

  test('a living owner holds it, a dead one is succeeded', async (t) => {
    const of = await options(t);
    linkLock(of.folder, ownerOf(5, { pid: 77 }));
    assert.deepEqual(BrokerLock.acquire({ ...of, livenessOf: () => 'alive' }), {
      kind: 'held',
      pid: 77,
    });
    assert.equal(acquired(of).owner.number, 6);
  });

  test('an owner that nothing is proven about is not succeeded', async (t) => {
    const of = await options(t);
    linkLock(of.folder, ownerOf(5));
    const path = lockPath(of.folder, 5);
    const words =
      /Process 4000000 may be the broker .* if you are sure .* delete .*broker\.5\.lock/;
    assert.throws(() => acquired({ ...of, livenessOf: () => 'unknown' }), isHeldFor(words));
    assert.throws(() => acquired({ ...of, host: 'elsewhere' }), isHeldFor(/on here \(pid/));
    for (const junk of ['', '{', '[]', '{"pid":0,"host":"here"}', '{"pid":3}']) {
      writeFileSync(path, junk);
      assert.throws(() => acquired(of), isHeldFor(/not readable as one of ours/));
    }
    rmSync(path);
    acquired(of);
  });

  test('an owner that noted its end is succeeded on any host', async (t) => {
    const of = await options(t);
    acquired(of).release();
    const there = { ...of, host: 'elsewhere', livenessOf: () => 'alive' as const };
    assert.equal(acquired(there).owner.number, 2);
    assert.deepEqual(BrokerLock.acquire(there), { kind: 'held', pid: process.pid });
  });

  test('a starter that slept through several owners loses', async (t) => {
    const of = await options(t);
    linkLock(of.folder, ownerOf(3));
    let sleeps = 0;
    const livenessOf = (owner: { pid: number }) => {
      if (owner.pid === 99) return 'alive';
      sleeps++;
      rmSync(lockPath(of.folder, 3));
      linkLock(of.folder, ownerOf(40, { pid: 99 }));
      return 'dead';
    };
    assert.deepEqual(BrokerLock.acquire({ ...of, livenessOf }), { kind: 'held', pid: 99 });
    assert.equal(sleeps, 1);
    assert.deepEqual(readdirSync(of.folder), ['broker.40.lock']);
  });

  test('a lost race for the number is run again', async (t) => {
    const of = await options(t);
    linkLock(of.folder, ownerOf(3));
    let races = 0;
    const livenessOf = () => {
      if (races++ === 0) linkLock(of.folder, ownerOf(4));
      return 'dead' as const;
    };
    assert.equal(acquired({ ...of, livenessOf }).owner.number, 5);
  });

  test('a higher number or a missing file supersedes', async (t) => {
    const of = await options(t);
    const first = acquired(of);
    assert.equal(first.isSuperseded(), false);
    const second = acquired(of);
    assert.equal(first.isSuperseded(), true);
    assert.equal(second.isSuperseded(), false);
    rmSync(lockPath(of.folder, 2));
    assert.equal(second.isSuperseded(), true);
  });

  test('only numbers far below are pruned, never the highest', async (t) => {
    const of = await options(t);
    const early = acquired(of);
    for (let number = 2; number <= 40; number++) acquired(of).release();
    const numbers = readdirSync(of.folder).map((name) => Number(name.split('.')[1]));
    assert.ok(existsSync(lockPath(of.folder, 40)));
    assert.ok(Math.min(...numbers) > 20);
    assert.equal(early.isSuperseded(), true);
  });

  test('other files in the folder are no locks', async (t) => {
    const of = await options(t);
    for (const name of ['broker.x.lock', 'broker.9.lock.bak', 'broker.08.lock', 'broker.-1.lock']) {
      writeFileSync(`${of.folder}/${name}`, '');
    }
    assert.equal(acquired(of).owner.number, 1);
  });

  test('P5 a real process is held to be alive until it is gone', async (t) => {
    const folder = await temporaryFolder(t);
    const child = spawn('/bin/sh', ['-c', 'read line'], { stdio: ['pipe', 'ignore', 'ignore'] });
    t.after(() => child.kill('SIGKILL'));
    await once(child, 'spawn');
    const identity = identityOf(child.pid ?? 0);
    assert.ok(identity);
    linkLock(folder, ownerOf(1, { ...identity, host: hostname() }));
    assert.deepEqual(BrokerLock.acquire({ folder }), { kind: 'held', pid: child.pid });
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(acquired({ folder }).owner.number, 2);
  });

  test('a later process with the same pid, or another boot, is no owner', async (t) => {
    const folder = await temporaryFolder(t);
    const identity = identityOf(process.pid);
    assert.ok(identity);
    linkLock(folder, ownerOf(1, { ...identity, startTime: 'before', host: hostname() }));
    assert.equal(acquired({ folder }).owner.number, 2);
    linkLock(folder, ownerOf(3, { ...identity, bootId: 'before', host: hostname() }));
    assert.equal(acquired({ folder }).owner.number, 4);
  });
});
