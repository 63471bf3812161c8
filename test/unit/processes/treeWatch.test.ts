import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ProcessTable } from '../../../src/processes/processEntry.ts';
import { TreeWatch } from '../../../src/processes/treeWatch.ts';
import { FakeClock } from '../../support/fakeClock.ts';

const SECOND_MS = 1_000;

/** A watch whose readings take `costMs` each. */
function stage(costMs: number, result: () => ProcessTable = () => new Map()) {
  const clock = new FakeClock();
  const readings: number[] = [];
  const readTable = async () => {
    readings.push(clock.monotonic());
    await Promise.resolve();
    clock.sleep(costMs);
    return result();
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 5) {
      clock.advance(5);
      await turn();
    }
  };
  return { clock, readings, pass, watch: new TreeWatch(readTable, clock) };
}

suite('tree watch', () => {
  test('one reading serves all who listen', async () => {
    const { watch, readings, pass } = stage(1);
    const told: number[] = [];
    for (let listener = 0; listener < 100; listener += 1) watch.add(() => told.push(listener));
    await pass(25);
    assert.deepEqual([readings.length, told.length], [1, 100]);
  });

  test('it looks soon after something began, and ever more seldom', async () => {
    const { watch, readings, pass } = stage(1);
    watch.add(() => {});
    await pass(60 * SECOND_MS);
    const gaps = readings.map((at, index) => at - (readings[index - 1] ?? 0));
    assert.ok((gaps[0] ?? 0) <= 25 && (gaps[1] ?? 0) <= 50, `${gaps}`);
    assert.ok((gaps.at(-1) ?? 0) >= 5 * SECOND_MS, `${gaps}`);
    const before = readings.length;
    watch.stir();
    await pass(25);
    assert.equal(readings.length, before + 1);
  });

  test('P11 whatever happens, and however slow a reading is, it takes a hundredth of the time', async () => {
    for (const costMs of [1, 4, 30]) {
      const { watch, readings, pass, clock } = stage(costMs);
      watch.add(() => {});
      for (let stirs = 0; stirs < 6_000; stirs += 1) {
        watch.stir();
        await pass(5);
      }
      const share = (readings.length * costMs - 40 - costMs) / clock.monotonic();
      assert.ok(share <= 0.0101, `${costMs} ms each: ${readings.length} readings, ${share}`);
    }
  });

  test('nobody listens, nothing is read, no timer waits', async () => {
    const { watch, readings, pass, clock } = stage(1);
    watch.add(() => {}).dispose();
    watch.stir();
    await pass(SECOND_MS);
    assert.deepEqual([readings.length, clock.pending], [0, 0]);
  });

  test('a reading that fails is followed by the next', async () => {
    const { watch, readings, pass } = stage(1, () => {
      throw new Error('no ps');
    });
    watch.add(() => assert.fail('nothing was read'));
    await pass(SECOND_MS);
    assert.ok(readings.length > 1);
  });
});
