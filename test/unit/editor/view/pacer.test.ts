import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Pacer } from '../../../../src/editor/view/pacer.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

function stage() {
  const clock = new FakeClock();
  const state = { runs: 0 };
  const pacer = new Pacer(clock, 250, () => {
    state.runs += 1;
  });
  return { clock, pacer, state };
}

suite('pacer', () => {
  test('runs the first request at once', () => {
    const { pacer, state } = stage();
    pacer.request();
    assert.equal(state.runs, 1);
  });

  test('runs at most four times a second', () => {
    const { clock, pacer, state } = stage();
    for (let step = 0; step < 99; step += 1) {
      pacer.request();
      clock.advance(10);
    }
    assert.equal(state.runs, 4);
    clock.advance(250);
    assert.equal(state.runs, 5, 'the last request is never lost');
    assert.equal(clock.pending, 0);
  });

  test('keeps what is asked while paused', () => {
    const { clock, pacer, state } = stage();
    pacer.pause();
    pacer.request();
    clock.advance(1000);
    assert.equal(state.runs, 0);
    pacer.resume();
    assert.equal(state.runs, 1);
  });

  test('leaves no timer behind', () => {
    const { clock, pacer } = stage();
    pacer.request();
    pacer.request();
    pacer.dispose();
    assert.equal(clock.pending, 0);
  });
});
