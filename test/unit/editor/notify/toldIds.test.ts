import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ToldIds } from '../../../../src/editor/notify/toldIds.ts';
import { FakeMemory } from '../../../support/fakeMemory.ts';

suite('what was told', () => {
  test('is remembered over a reload', () => {
    const memory = new FakeMemory();
    new ToldIds(memory).add(['a']);
    assert.ok(new ToldIds(memory).has('a'));
  });

  test('is forgotten with the broker', () => {
    const told = new ToldIds(new FakeMemory());
    told.add(['a', 'b']);
    told.keepOnly((id) => id === 'b');
    assert.deepEqual([told.has('a'), told.has('b')], [false, true]);
  });

  test('starts anew from a memory that holds nonsense', () => {
    const memory = new FakeMemory({ toldTasks: { a: 1 } });
    assert.ok(!new ToldIds(memory).has('a'));
  });
});
