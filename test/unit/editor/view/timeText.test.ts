import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  longDuration,
  roundedUp,
  shortAgo,
  shortDuration,
  spokenDuration,
} from '../../../../src/editor/view/timeText.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
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

  test('writes units out where there is room', () => {
    const texts = [0, 45 * SECOND, 12 * MINUTE, 80 * MINUTE, 4 * HOUR, 26 * HOUR].map(longDuration);
    assert.deepEqual(texts, ['0 s', '45 s', '12 min', '1 h 20 min', '4 h', '1 d 2 h']);
  });

  test('rounds a guess up to a coarse step', () => {
    const rounded = [1, 51 * SECOND, 61 * SECOND, 61 * MINUTE].map(roundedUp);
    assert.deepEqual(rounded, [10 * SECOND, MINUTE, 2 * MINUTE, 70 * MINUTE]);
  });

  test('speaks one and many', () => {
    const spoken = [1_000, 2_000, MINUTE, 2 * HOUR, 24 * HOUR].map(spokenDuration);
    assert.deepEqual(spoken, ['1 second', '2 seconds', '1 minute', '2 hours', '1 day']);
  });
});
