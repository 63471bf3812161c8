import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ChangeCursors } from '../../../src/supervise/changeCursor.ts';

suite('cursors of changes', () => {
  test('are read by the session that printed them alone', () => {
    const cursors = new ChangeCursors();
    assert.equal(cursors.parse(cursors.print(7)), 7);
    assert.equal(new ChangeCursors().parse(cursors.print(7)), undefined);
    for (const text of ['', '7', `${cursors.print(7)}x`, cursors.print(-1), '.']) {
      assert.equal(cursors.parse(text), undefined, text);
    }
  });

  test('P11 the last one counts for the same tasks, else that of all', () => {
    const cursors = new ChangeCursors();
    const some = new Set(['b', 'a']);
    assert.equal(cursors.last(some), undefined);
    cursors.begin(3);
    cursors.told(9, some);
    assert.equal(cursors.last(new Set(['a', 'b'])), 9);
    assert.equal(cursors.last(new Set(['a'])), 3);
    assert.equal(cursors.last(undefined), 3);
  });

  test('P11 a list does not move who waits already', () => {
    const cursors = new ChangeCursors();
    cursors.told(2);
    assert.equal(cursors.parse(cursors.begin(8)), 8);
    assert.equal(cursors.last(undefined), 2);
  });
});
