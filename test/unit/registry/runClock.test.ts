import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LONGEST_BEAT_MS, RunClock } from '../../../src/registry/runClock.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const HOUR_MS = 3_600_000;

function beating() {
  const clock = new FakeClock();
  const running = new RunClock(clock);
  let beats = 0;
  const beat = () => {
    beats += 1;
    running.beat(Number.POSITIVE_INFINITY, beat);
  };
  running.beat(0, beat);
  return { clock, running, beats: () => beats };
}

suite('the clock of what really ran', () => {
  test('P9 counts what passes while somebody measures, and beats once a second', (t) => {
    const { clock, running, beats } = beating();
    t.after(() => running.dispose());
    clock.advance(90_000);
    assert.equal(running.now(), 90_000);
    assert.equal(beats(), 91);
  });

  for (const ask of ['at once', 'after the next beat']) {
    test(`P9 leaves out a sleep, asked ${ask}`, (t) => {
      const { clock, running } = beating();
      t.after(() => running.dispose());
      clock.advance(10_000);
      clock.sleep(HOUR_MS);
      if (ask === 'after the next beat') clock.advance(0);
      assert.ok(running.now() <= 10_000 + LONGEST_BEAT_MS, `${running.now()}`);
      clock.advance(5_000);
      assert.ok(running.now() >= 15_000, `${running.now()}`);
      assert.ok(running.now() <= 15_000 + LONGEST_BEAT_MS, `${running.now()}`);
    });
  }

  test('P9 a late beat of a busy machine counts whole', (t) => {
    const { clock, running } = beating();
    t.after(() => running.dispose());
    clock.sleep(4_000);
    clock.advance(0);
    assert.equal(running.now(), 4_000);
  });

  test('P9 a wall clock that is moved changes nothing', (t) => {
    const { clock, running } = beating();
    t.after(() => running.dispose());
    clock.moveWall(HOUR_MS);
    clock.advance(1_000);
    clock.moveWall(-2 * HOUR_MS);
    clock.advance(1_000);
    assert.equal(running.now(), 2_000);
  });

  test('sets no timer when nobody measures', () => {
    const { clock, running } = beating();
    running.rest();
    assert.equal(clock.pending, 0);
  });
});
