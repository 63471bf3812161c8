import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseBrokerArguments } from '../../../src/broker/brokerArguments.ts';
import { isNewerVersion } from '../../../src/broker/isNewerVersion.ts';
import { TaskHandlesError } from '../../../src/common/errors.ts';

suite('broker arguments', () => {
  test('all are optional', () => {
    const none = { home: undefined, idleExitMs: 60_000, startId: undefined };
    assert.deepEqual(parseBrokerArguments([]), none);
    const given = ['--home', '/h', '--idle-exit-ms', '5', '--start-id', 'a-1'];
    const all = { home: '/h', idleExitMs: 5, startId: 'a-1' };
    assert.deepEqual(parseBrokerArguments(given), all);
  });

  test('what cannot be meant is refused', () => {
    const wrong = [
      ['--home', 'relative'],
      ['--home'],
      ['--idle-exit-ms', 'soon'],
      ['--idle-exit-ms=-1'],
      ['--idle-exit-ms', '3000000000'],
      ['--other'],
      ['word'],
    ];
    for (const args of wrong) {
      assert.throws(
        () => parseBrokerArguments(args),
        (error) => TaskHandlesError.is(error, 'usage'),
      );
    }
  });
});

suite('newer version', () => {
  test('compares number by number', () => {
    for (const newer of ['0.1.1', '0.2.0', '0.10.0', '1.0.0', '0.2.0-beta']) {
      assert.equal(isNewerVersion(newer, '0.1.0'), true, newer);
      assert.equal(isNewerVersion('0.1.0', newer), false, newer);
    }
    for (const other of ['0.1.0', '0.0.9', '', 'x', '1', '9.9', '1.2.3.4']) {
      assert.equal(isNewerVersion(other, '0.1.0'), false, other);
    }
  });
});
