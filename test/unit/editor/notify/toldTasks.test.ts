import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ToldTasks } from '../../../../src/editor/notify/toldTasks.ts';
import { FakeMemory } from '../../../support/fakeMemory.ts';

suite('told tasks', () => {
  test('are remembered over a reload', () => {
    const memory = new FakeMemory();
    new ToldTasks(memory).add(['a']);
    assert.ok(new ToldTasks(memory).has('a'));
  });

  test('are forgotten with the broker', () => {
    const told = new ToldTasks(new FakeMemory());
    told.add(['a', 'b']);
    told.keepOnly(new Set(['b']));
    assert.deepEqual([told.has('a'), told.has('b')], [false, true]);
  });

  test('start anew from a memory that holds nonsense', () => {
    const memory = new FakeMemory({ toldTasks: { a: 1 } });
    assert.ok(!new ToldTasks(memory).has('a'));
  });
});
