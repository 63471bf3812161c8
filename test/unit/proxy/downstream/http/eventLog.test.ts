import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  EventLog,
  eventIdOf,
  parseEventId,
} from '../../../../../src/proxy/downstream/http/eventLog.ts';

suite('the event log of a session', () => {
  test('tells what came on a stream after an event', () => {
    const log = new EventLog();
    const [first] = [log.add(1, 'a'), log.add(2, 'b'), log.add(1, 'c'), log.add(1, 'd')];
    const lines = log.after(1, first?.number ?? 0).map(({ line }) => line);
    assert.deepEqual(lines, ['c', 'd']);
    assert.deepEqual(log.after(2, 0).length, 1);
    assert.deepEqual(log.after(3, 0), []);
  });

  test('is bounded: the oldest go first, the last one stays whatever its size', () => {
    const log = new EventLog(100);
    for (let count = 0; count < 1000; count += 1) log.add(1, 'x'.repeat(10));
    const kept = log.after(1, 0);
    assert.ok(kept.length <= 10);
    assert.equal(kept.at(-1)?.number, 1000);
    log.add(1, 'y'.repeat(1000));
    assert.deepEqual(
      log.after(1, 0).map(({ number }) => number),
      [1001],
    );
  });

  test('names its events so that they can be found again, and knows no other names', () => {
    const event = new EventLog().add(7, 'a');
    assert.deepEqual(parseEventId(eventIdOf(event)), { stream: 7, number: 1 });
    for (const id of ['', '7', '7-', '-1', '7-1-1', 'a-b', '7-1e3', `7-${'9'.repeat(20)}`]) {
      assert.equal(parseEventId(id), null, id);
    }
  });
});
