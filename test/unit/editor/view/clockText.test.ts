import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskRow } from '../../../../src/brokerApi/brokerProtocol.ts';
import {
  guessFact,
  guessOf,
  guessText,
  idleFact,
  spokenGuess,
  totalFact,
} from '../../../../src/editor/view/clockText.ts';
import { CREATED_MS, completedRow, taskRow } from '../../../support/taskRow.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const seen = (row: TaskRow, isStale = false) => ({ row, seenAtMs: CREATED_MS, isStale });
const deadlines = {
  total: { limitMs: 4 * HOUR, ranMs: 10 * MINUTE },
  idle: { limitMs: 10 * MINUTE, ranMs: 0 },
};

suite('clock text', () => {
  test('P9 tells how much of its time a task has used', () => {
    const row = seen(taskRow({ deadlines }));
    assert.equal(totalFact(row, CREATED_MS + 2 * MINUTE), '12 min of 4 h');
  });

  test('P9 tells how long ago the last progress was', () => {
    const row = seen(taskRow({ deadlines }));
    assert.equal(idleFact(row, CREATED_MS), 'just now; ends after 10 min without');
    assert.equal(idleFact(row, CREATED_MS + 130_000), '2 min ago; ends after 10 min without');
  });

  test('P9 runs no clock of a paused task, nor of a broker that is gone', () => {
    const later = CREATED_MS + HOUR;
    assert.equal(totalFact(seen(taskRow({ deadlines, paused: true })), later), '10 min of 4 h');
    assert.equal(totalFact(seen(taskRow({ deadlines }), true), later), '10 min of 4 h');
  });

  test('has nothing to tell of a row without clocks, or that has ended', () => {
    const none = [taskRow(), taskRow({ deadlines: {} }), completedRow(0, { deadlines })];
    for (const row of none) {
      assert.deepEqual([totalFact(seen(row), 0), idleFact(seen(row), 0)], ['', '']);
    }
  });

  test('P10 rounds a guess up, and says when it was wrong', () => {
    const left = [190_000, 59_000, 41_000, 0, -1].map(guessText);
    assert.deepEqual(left, [
      '~4 min left',
      '~1 min left',
      '~50 s left',
      'longer than usual',
      'longer than usual',
    ]);
    assert.equal(guessText(95 * MINUTE), '~1 h 40 min left');
    assert.equal(guessText(undefined), '');
    assert.equal(spokenGuess(170_000), 'about 3 minutes left');
  });

  test('P10 guesses only for what runs and has a history', () => {
    const estimate = { totalMs: 8 * MINUTE, samples: 5 };
    assert.equal(guessOf(seen(taskRow({ estimate })), CREATED_MS + 5 * MINUTE), 3 * MINUTE);
    assert.equal(guessOf(seen(taskRow()), CREATED_MS), undefined);
    assert.equal(guessOf(seen(completedRow(0, { estimate })), CREATED_MS), undefined);
  });

  test('P10 says what a guess rests on', () => {
    const fact = (samples: number) =>
      guessFact(seen(taskRow({ estimate: { totalMs: 8 * MINUTE, samples } })), CREATED_MS);
    assert.equal(fact(5), '~8 min left; usually 8 min, of 5 runs');
    assert.equal(fact(1), '~8 min left; 8 min the last time');
  });
});
