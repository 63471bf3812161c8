import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { StderrTail } from '../../../src/processes/stderrTail.ts';

suite('stderr tail', () => {
  test('pieces join and the last lines stay', () => {
    const tail = new StderrTail();
    for (let line = 1; line <= 30; line++) {
      tail.push(`line `);
      tail.push(`${line}\n`);
    }
    const lines = tail.toString().split('\n');
    assert.equal(lines.length, 20);
    assert.equal(lines[0], 'line 11');
    assert.equal(lines.at(-1), 'line 30');
  });

  test('a flood without lines is bounded', () => {
    const tail = new StderrTail();
    for (let piece = 0; piece < 100; piece++) tail.push('x'.repeat(10_000));
    assert.equal(tail.toString().length, 8192);
  });

  test('a note of ours stands on its own line', () => {
    const tail = new StderrTail();
    tail.push('half a line');
    tail.note('It was ended.');
    assert.equal(tail.toString(), 'half a line\nIt was ended.');
  });
});
