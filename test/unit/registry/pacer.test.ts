import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Pacer } from '../../../src/registry/pacer.ts';
import { FakeClock } from '../../support/fakeClock.ts';

function trailing(spreadMs: number) {
  const clock = new FakeClock();
  const ran: number[] = [];
  const run = (key: number) => void ran.push(key);
  const pacer = new Pacer<number>({ clock, intervalMs: 5_000, spreadMs, leading: false, run });
  return { clock, pacer, ran };
}

suite('pacer', () => {
  test('P10 a few keys run once each interval, the last poke too', () => {
    const { clock, pacer, ran } = trailing(25);
    for (const key of [1, 2, 1]) pacer.poke(key);
    clock.advance(5_000);
    pacer.poke(1);
    clock.advance(5_000);
    assert.deepEqual([ran, clock.pending], [[1, 2, 1], 0]);
  });

  test('P11 a thousand keys that never rest run at most so many times a second', () => {
    const { clock, pacer, ran } = trailing(25);
    const pokeAll = () => {
      for (let key = 0; key < 1_000; key += 1) pacer.poke(key);
    };
    for (let second = 0; second < 100; second += 1) {
      pokeAll();
      clock.advance(1_000);
    }
    assert.ok(ran.length <= 100 * 41, `${ran.length} runs in 100 s`);
    assert.equal(new Set(ran).size, 1_000, 'every key has its turn');
    pacer.dispose();
  });
});
