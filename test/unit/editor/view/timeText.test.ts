import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { shortAgo, shortDuration, spokenDuration } from '../../../../src/editor/view/timeText.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

suite('time text', () => {
  test('shows two units at most', () => {
    const shown = [999, 45_000, 3 * MINUTE, HOUR, HOUR + 5 * MINUTE, 51 * HOUR].map(shortDuration);
    assert.deepEqual(shown, ['0s', '45s', '3m', '1h', '1h 5m', '2d 3h']);
  });

  test('never shows a negative time', () => {
    assert.equal(shortDuration(-5), '0s');
    assert.equal(shortAgo(-5), 'just now');
  });

  test('speaks one and many', () => {
    const spoken = [1_000, 2_000, MINUTE, 2 * HOUR, 24 * HOUR].map(spokenDuration);
    assert.deepEqual(spoken, ['1 second', '2 seconds', '1 minute', '2 hours', '1 day']);
  });
});
