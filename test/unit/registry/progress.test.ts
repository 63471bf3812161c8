import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { foldProgress, percentOf } from '../../../src/registry/progress.ts';
import type { TaskProgress, TaskStatus } from '../../../src/registry/taskRecord.ts';

function at(progress: number, total: number | null, message: string | null = null): TaskProgress {
  return { progress, total, message };
}

function percent(progress: TaskProgress | null, status: TaskStatus = 'working') {
  return percentOf({ status, progress });
}

suite('progress', () => {
  test('P10 percent comes only from a real total', () => {
    assert.equal(percent(null), undefined);
    assert.equal(percent(at(5, null)), undefined);
    assert.equal(percent(at(5, 0)), undefined);
    assert.equal(percent(at(5, -1)), undefined);
    assert.equal(percent(at(5, Number.NaN)), undefined);
    assert.equal(percent(at(1, 3)), 33);
  });

  test('P10 percent is never 100 before the end', () => {
    assert.equal(percent(at(10, 10)), 99);
    assert.equal(percent(at(12, 10)), 99);
    assert.equal(percent(at(-1, 10)), 0);
    assert.equal(percent(at(10, 10), 'cancelled'), 99);
    assert.equal(percent(at(4, 10), 'failed'), 40);
  });

  test('P10 percent is 100 when completed with a total', () => {
    assert.equal(percent(at(7, 10), 'completed'), 100);
    assert.equal(percent(at(7, null), 'completed'), undefined);
  });

  test('P10 percent never goes back, whatever comes', () => {
    const events = [at(2, 10), at(1, 10), at(5, 10), at(6, 100), at(6, null), at(Number.NaN, 10)];
    let last: TaskProgress | null = null;
    let shown = 0;
    for (const event of [...events, at(60, 100), at(3, 10), at(10, 10)]) {
      last = foldProgress(last, event);
      const now = percent(last) ?? 0;
      assert.ok(now >= shown, `${now} after ${shown}`);
      shown = now;
    }
    assert.equal(shown, 99);
  });

  test('a message is taken even when the numbers go back', () => {
    assert.deepEqual(foldProgress(at(5, 10, 'a'), at(4, 10, 'b')), at(5, 10, 'b'));
  });

  test('a message stays until there is another', () => {
    assert.deepEqual(foldProgress(at(5, 10, 'a'), at(6, 10)), at(6, 10, 'a'));
  });

  test('a total that appears late is taken', () => {
    assert.deepEqual(foldProgress(at(50, null), at(3, 10)), at(3, 10));
  });

  test('a total that was told once stays', () => {
    assert.deepEqual(foldProgress(at(5, 10), at(6, null)), at(6, 10));
  });

  test('progress without a total never goes back', () => {
    assert.deepEqual(foldProgress(at(5, null), at(4, null, 'm')), at(5, null, 'm'));
  });

  test('numbers that are none count as nothing', () => {
    assert.deepEqual(
      foldProgress(null, at(Number.POSITIVE_INFINITY, Number.NaN, 'm')),
      at(0, null, 'm'),
    );
  });
});
