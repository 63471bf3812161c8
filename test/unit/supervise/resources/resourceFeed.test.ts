import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ResourceFeed } from '../../../../src/supervise/resources/resourceFeed.ts';
import { handleInUri, LIVE_URI, taskUri } from '../../../../src/supervise/resources/taskUris.ts';
import { TaskMirror } from '../../../../src/supervise/taskMirror.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { completedRow, taskRow } from '../../../support/taskRow.ts';

function stage(...uris: string[]) {
  const clock = new FakeClock();
  const mirror = new TaskMirror(clock);
  mirror.reset([taskRow({ id: 'a' }), taskRow({ id: 'b' })]);
  const told: string[] = [];
  const feed = new ResourceFeed({
    mirror,
    clock,
    tellUpdated: (uri) => told.push(uri),
    tellListChanged: () => told.push('list'),
  });
  for (const uri of uris) feed.subscribe(uri);
  const tell = (row: ReturnType<typeof taskRow>) => mirror.take({ rows: [row], removed: [] });
  return { clock, mirror, told, feed, tell };
}

const tick = (percent: number) => taskRow({ id: 'a', percent });

suite('subscriptions to resources', () => {
  test('P11 tell a change of state soon, of what was subscribed to alone', () => {
    const { clock, told, tell } = stage(taskUri('a'));
    tell(taskRow({ id: 'a', collected: true }));
    tell(taskRow({ id: 'b', collected: true }));
    clock.advance(50);
    assert.deepEqual(told, [taskUri('a')]);
  });

  test('P10 tell progress once a second, and never lose the last of it', () => {
    const { clock, told, tell } = stage(LIVE_URI, taskUri('a'));
    for (let percent = 1; percent <= 90; percent++) {
      tell(tick(percent));
      clock.advance(100);
    }
    assert.ok(told.length >= 16 && told.length <= 20, `${told.length} in 9 s`);
    told.length = 0;
    tell(tick(91));
    clock.advance(1_000);
    assert.deepEqual(new Set(told), new Set([LIVE_URI, taskUri('a')]));
  });

  test('tell that tasks come and go, together', () => {
    const { clock, told, tell, mirror } = stage();
    tell(taskRow({ id: 'c' }));
    tell(completedRow(5, { id: 'a' }));
    mirror.take({ rows: [], removed: ['b'] });
    clock.advance(50);
    assert.deepEqual(told, ['list']);
  });

  test('a storm of changes is told four times a second', () => {
    const { clock, told, tell } = stage(LIVE_URI);
    for (let round = 0; round < 100; round++) {
      tell(taskRow({ id: 'a', collected: round % 2 === 0 }));
      clock.advance(10);
    }
    assert.ok(told.length <= 5, `${told.length} in a second`);
  });

  test('end with the unsubscription, and leave no timer', () => {
    const { clock, told, tell, feed } = stage(LIVE_URI);
    tell(tick(5));
    feed.unsubscribe(LIVE_URI);
    clock.advance(1_000);
    assert.deepEqual(told, []);
    tell(taskRow({ id: 'c' }));
    feed.dispose();
    assert.equal(clock.pending, 0);
  });
});

suite('URIs of tasks', () => {
  test('hold a handle, whatever it is', () => {
    for (const handle of ['th_abc', 'call_7', 'a/b?c#d %']) {
      assert.equal(handleInUri(taskUri(handle)), handle);
    }
    for (const uri of [
      LIVE_URI,
      'tasks://task/',
      'tasks://task/%',
      'tasks://task/a/b',
      'file:///x',
    ]) {
      assert.equal(handleInUri(uri), undefined, uri);
    }
  });
});
