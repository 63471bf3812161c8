import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { IdleExit } from '../../../src/broker/idleExit.ts';
import { FakeClock } from '../../support/fakeClock.ts';

function stage(isIdleAtFirst = true) {
  const clock = new FakeClock();
  const state = { isIdle: isIdleAtFirst, exits: 0 };
  const idle = new IdleExit({
    clock,
    idleExitMs: 1_000,
    isIdle: () => state.isIdle,
    onIdle: () => state.exits++,
  });
  const set = (isIdle: boolean) => {
    state.isIdle = isIdle;
    idle.update();
  };
  return { clock, state, idle, set };
}

suite('idle exit', () => {
  test('fires once after the whole time', () => {
    const { clock, state, set } = stage();
    clock.advance(999);
    assert.equal(state.exits, 0);
    clock.advance(1);
    set(true);
    clock.advance(5_000);
    assert.equal(state.exits, 1);
  });

  test('any use starts the time anew', () => {
    const { clock, state, set } = stage();
    clock.advance(900);
    set(false);
    clock.advance(5_000);
    set(true);
    clock.advance(999);
    assert.equal(state.exits, 0);
    clock.advance(1);
    assert.equal(state.exits, 1);
  });

  test('updates without a change do not prolong it', () => {
    const { clock, state, set } = stage();
    clock.advance(600);
    set(true);
    clock.advance(400);
    assert.equal(state.exits, 1);
  });

  test('a use that nobody told is seen at the end', () => {
    const { clock, state, set } = stage();
    state.isIdle = false;
    clock.advance(1_000);
    assert.equal(state.exits, 0);
    set(true);
    clock.advance(1_000);
    assert.equal(state.exits, 1);
  });

  test('does not fire when disposed', () => {
    const { clock, state, idle, set } = stage();
    idle.dispose();
    set(true);
    clock.advance(5_000);
    assert.equal(state.exits, 0);
  });
});
