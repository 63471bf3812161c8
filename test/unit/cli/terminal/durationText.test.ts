import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { durationText } from '../../../../src/cli/terminal/durationText.ts';

suite('durationText', () => {
  test('shows the two largest units', () => {
    const shown = [999, 12_400, 60_000, 100_000, 3_600_000, 7_530_000].map(durationText);
    assert.deepEqual(shown, ['0s', '12s', '1m', '1m 40s', '1h', '2h 5m']);
  });
});
