import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { pausedText, resumedText } from '../../../../src/editor/commands/pauseWords.ts';
import { completedRow, taskRow } from '../../../support/taskRow.ts';

suite('pause words', () => {
  test('P9 say what stands still, and what goes on', () => {
    assert.equal(pausedText(taskRow({ paused: true })), 'echo is paused, and its clocks with it.');
    assert.equal(resumedText(taskRow()), 'echo goes on.');
  });

  test('say when it was too late', () => {
    assert.equal(pausedText(completedRow(0)), 'echo had ended before.');
    assert.match(resumedText(null), /does not know this task/);
  });
});
