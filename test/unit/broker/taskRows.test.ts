import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { TaskRows } from '../../../src/broker/taskRows.ts';
import { ProxyStage } from '../../support/proxyStage.ts';
import { aTask } from '../../support/taskRecords.ts';

const TASKS = 1_050;

/** Rows of so many tasks that ended, and of one that lives. */
function stage(t: TestContext) {
  const { registry, calls, rowContext } = new ProxyStage();
  t.after(() => registry.dispose());
  const ended = Array.from({ length: TASKS - 1 }, (_, index) =>
    aTask({ status: 'completed', hasResult: true, endedAtMs: 1_000 + index }),
  );
  const live = aTask();
  registry.addStored([...ended, live]);
  const rows = new TaskRows(registry, calls, rowContext);
  return { registry, rows, live, ended };
}

suite('rows of very many tasks', () => {
  test('come in portions: live first, then newest first, each once', (t) => {
    const { rows, live, ended } = stage(t);
    const portions = [...rows.portions()];
    assert.equal(Math.max(...portions.map(({ length }) => length)), 100);
    const expected = [live.handle, ...ended.map(({ handle }) => handle).reverse()];
    assert.deepEqual(
      portions.flat().map(({ id }) => id),
      expected,
    );
    assert.deepEqual(rows.list(), portions.flat());
  });

  test('are told as they are when their portion is taken', async (t) => {
    const { registry, rows, ended } = stage(t);
    const portions = rows.portions();
    portions.next();
    const [oldest] = ended;
    assert.ok(oldest);
    await registry.apply(oldest.handle, { type: 'collected' });
    const rest = [...portions].flat();
    assert.equal(rest.find(({ id }) => id === oldest.handle)?.collected, true);
  });

  test('there is a first portion when there are no tasks', () => {
    const { registry, calls, rowContext } = new ProxyStage();
    const rows = new TaskRows(registry, calls, rowContext);
    assert.deepEqual([...rows.portions()], [[]]);
    registry.dispose();
  });
});
