import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { megabytesOf } from '../../../src/common/megabytes.ts';

suite('megabytes', () => {
  test('are whole, and never none of some', () => {
    assert.deepEqual([1, 1.4 * 2 ** 20, 339.5 * 2 ** 20].map(megabytesOf), [1, 1, 340]);
  });
});
