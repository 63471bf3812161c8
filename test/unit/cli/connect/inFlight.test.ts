import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { InFlight } from '../../../../src/cli/connect/inFlight.ts';

function table(...ids: (string | number)[]): InFlight {
  const inFlight = new InFlight();
  for (const id of ids) inFlight.add({ id, line: '', arrivedMs: 0 });
  return inFlight;
}

suite('InFlight', () => {
  test('delivers one answer for a request', () => {
    const inFlight = table(1);
    assert.equal(inFlight.settle(1), 'deliver');
    assert.equal(inFlight.settle(1), 'unknown');
  });

  test('tells ids apart by their type', () => {
    const inFlight = table(1);
    assert.equal(inFlight.settle('1'), 'unknown');
    assert.equal(inFlight.cancel('1'), false);
    assert.equal(inFlight.settle(1), 'deliver');
  });

  test('drops the answer to a cancelled request', () => {
    const inFlight = table('a');
    assert.equal(inFlight.cancel('a'), true);
    assert.equal(inFlight.settle('a'), 'drop');
  });

  test('knows no cancel after the answer', () => {
    const inFlight = table(1);
    inFlight.settle(1);
    assert.equal(inFlight.cancel(1), false);
  });

  test('gives back what still wants an answer', () => {
    const inFlight = table(1, 2, 3);
    inFlight.cancel(2);
    assert.deepEqual(
      inFlight.takeUnanswered().map(({ id }) => id),
      [1, 3],
    );
    assert.equal(inFlight.size, 0);
  });
});
