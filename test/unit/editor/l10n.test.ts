import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { l10n } from '../../../src/editor/l10n.ts';

suite('l10n', () => {
  test('fills in what stands at each place', () => {
    assert.equal(l10n.t('{1} of {0}, {2}', 5, 'two'), 'two of 5, {2}');
  });
});
