import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { identityOf, isSameProcess } from '../../../src/processes/processIdentity.ts';

const NO_PID = 2 ** 22 + 1;

suite('process identity', () => {
  const own = identityOf(process.pid);
  assert.ok(own);

  test('this process is alive and the same', () => {
    assert.equal(isSameProcess(own), 'alive');
    assert.deepEqual(identityOf(process.pid), own);
  });

  test('the same pid with another start is dead', () => {
    assert.equal(isSameProcess({ ...own, startTime: '1' }), 'dead');
  });

  test('another boot proves death', () => {
    assert.equal(isSameProcess({ ...own, bootId: 'another' }), 'dead');
  });

  test('without a start time only death can be proved', () => {
    assert.equal(isSameProcess({ ...own, startTime: null }), 'unknown');
    assert.equal(isSameProcess({ ...own, pid: NO_PID, startTime: null }), 'dead');
  });

  test('pids that cannot be are nobody', () => {
    for (const pid of [NO_PID, 0, -1, 1.5, Number.NaN]) assert.equal(identityOf(pid), null);
  });
});
