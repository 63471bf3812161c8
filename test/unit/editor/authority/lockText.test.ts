import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NO_LOCKS } from '../../../../src/brokerApi/adminLocks.ts';
import {
  isLocked,
  lockedBy,
  lockedSentence,
  lockLines,
} from '../../../../src/editor/authority/lockText.ts';

const locks = {
  source: '/etc/policy.json',
  by: 'Example IT',
  maxTotalTimeoutMs: 3_600_000,
  mustTrack: ['*/deploy*', 'db/*'],
  failOpen: false,
} as const;

suite('lock text', () => {
  test('P8 says what is locked and by whom', () => {
    assert.ok(isLocked(locks));
    assert.match(lockedSentence(locks), /^Limits are locked by Example IT: /);
    assert.deepEqual(lockLines(locks), [
      ['A task takes at most', '1 h'],
      ['Always tracked', '*/deploy*, db/*'],
      ['No server runs untracked', 'also where the broker cannot be started'],
    ]);
  });

  test('names the file where it names nobody', () => {
    assert.equal(lockedBy({ ...locks, by: null }), '/etc/policy.json');
  });

  test('says that a malformed file was not taken', () => {
    const [line] = lockLines({ source: '/etc/policy.json', by: null, problem: 'No JSON.' });
    assert.match(line?.join(': ') ?? '', /not taken; the last good one holds: No JSON\./);
  });

  test('says what of the file is not known here', () => {
    const lines = lockLines({ ...locks, unknown: ['"colour" is not known'] });
    assert.deepEqual(lines.at(-1), ['Passed over', '"colour" is not known']);
  });

  test('has nothing to say where nothing is locked', () => {
    assert.ok(!isLocked(NO_LOCKS));
    assert.deepEqual([lockLines(NO_LOCKS), lockedSentence(NO_LOCKS)], [[], '']);
  });
});
