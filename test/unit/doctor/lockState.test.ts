import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { suite, type TestContext, test } from 'node:test';
import { ensureHome, resolveHome } from '../../../src/brokerApi/home.ts';
import { hasEnded, type LockOwner, linkLock, lockPath } from '../../../src/brokerApi/lockFolder.ts';
import { lockState } from '../../../src/doctor/lockState.ts';
import { identityOf } from '../../../src/processes/processIdentity.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

async function home(t: TestContext) {
  const paths = resolveHome({ home: await temporaryFolder(t) });
  ensureHome(paths);
  const owner: LockOwner = {
    startTime: null,
    ...(identityOf(process.pid) ?? { pid: process.pid, bootId: null }),
    host: hostname(),
    number: 3,
    startedAt: '',
  };
  return {
    paths,
    owner,
    lock: (facts: Partial<LockOwner>) => linkLock(paths.lockFolder, { ...owner, ...facts }),
  };
}

suite('the state of the lock', () => {
  test('is free without a lock, and owned by a living broker', async (t) => {
    const { paths, lock } = await home(t);
    assert.deepEqual(await lockState({ paths, mend: true }), { kind: 'free' });
    lock({});
    const state = await lockState({ paths, mend: true });
    assert.equal(state.kind === 'owned' && state.owner.pid, process.pid);
    assert.equal(hasEnded(paths.lockFolder, 3), false);
  });

  test('is stale where the owner is dead, and free once that is noted', async (t) => {
    const { paths, lock } = await home(t);
    lock({ bootId: 'of-another-boot' });
    const told = await lockState({ paths, mend: false });
    assert.equal(told.kind === 'stale' && told.finding.outcome, 'left');
    assert.equal(hasEnded(paths.lockFolder, 3), false);
    const mended = await lockState({ paths, mend: true });
    assert.equal(mended.kind === 'stale' && mended.finding.outcome, 'mended');
    assert.deepEqual(await lockState({ paths, mend: false }), { kind: 'free' });
  });

  test('of another machine, or that nobody can read, is left to a person', async (t) => {
    const { paths, lock } = await home(t);
    lock({ host: 'elsewhere', bootId: 'of-another-boot' });
    const elsewhere = await lockState({ paths, mend: true });
    assert.equal(elsewhere.kind === 'unclear' && elsewhere.finding.outcome, 'cannot');
    writeFileSync(lockPath(paths.lockFolder, 4), 'junk');
    const junk = await lockState({ paths, mend: true });
    assert.match(junk.kind === 'unclear' ? junk.finding.why : '', /broker\.4\.lock/);
    assert.equal(existsSync(lockPath(paths.lockFolder, 4)), true);
    assert.equal(hasEnded(paths.lockFolder, 4), false);
  });
});
