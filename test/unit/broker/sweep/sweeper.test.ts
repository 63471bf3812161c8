import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { Sweeper } from '../../../../src/broker/sweep/sweeper.ts';
import type { Finding } from '../../../../src/brokerApi/finding.ts';
import { resolveHome } from '../../../../src/brokerApi/home.ts';
import type { Examination, Look } from '../../../../src/doctor/examination.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { turn } from '../../../support/fakeHost.ts';

const FIRST_MS = 20_000;
const EVERY_MS = 300_000;

function aFinding(outcome: Finding['outcome']): Finding {
  return { kind: 'orphan_process', what: 'Process 7', why: 'It was left.', outcome };
}

function stage(t: TestContext, examine: Examination) {
  const clock = new FakeClock();
  const lines: string[] = [];
  const looks: Look[] = [];
  const state = { isBusy: false, isFenced: false };
  const sweeper = new Sweeper({
    paths: resolveHome({ home: '/nowhere' }),
    examinations: [
      async (look) => {
        looks.push(look);
        return await examine(look);
      },
    ],
    clock,
    log: { write: (level, text) => void lines.push(`${level} ${text}`) },
    isBusy: () => state.isBusy,
    isFenced: () => state.isFenced,
  });
  t.after(() => sweeper.dispose());
  const pass = async (ms: number) => {
    clock.advance(ms);
    await turn();
  };
  return { clock, lines, looks, state, sweeper, pass };
}

suite('the sweeper', () => {
  test('P13 looks soon after the start and then now and then, and tells what it has mended', async (t) => {
    const { pass, looks, lines } = stage(t, async () => [aFinding('mended')]);
    await pass(FIRST_MS);
    assert.deepEqual(
      looks.map(({ mend }) => mend),
      [true],
    );
    await pass(EVERY_MS - 1);
    assert.equal(looks.length, 1);
    await pass(1);
    assert.equal(looks.length, 2);
    assert.equal(lines[0], 'warn Left behind: Process 7 (mended). It was left.');
    assert.equal(lines.length, 2);
  });

  test('what cannot be mended is told once', async (t) => {
    const { pass, lines } = stage(t, async () => [aFinding('cannot')]);
    await pass(FIRST_MS);
    await pass(EVERY_MS);
    assert.equal(lines.length, 1);
  });

  test('waits while something is being ended', async (t) => {
    const { pass, looks, state } = stage(t, async () => []);
    state.isBusy = true;
    await pass(FIRST_MS);
    assert.equal(looks.length, 0);
    state.isBusy = false;
    await pass(10_000);
    assert.equal(looks.length, 1);
  });

  test('mends nothing unless it is asked to, and nothing that is another broker’s by now', async (t) => {
    const { looks, state, sweeper } = stage(t, async () => []);
    await sweeper.run({ mend: false });
    state.isFenced = true;
    await sweeper.run({ mend: true });
    assert.deepEqual(
      looks.map(({ mend }) => mend),
      [false, false],
    );
  });

  test('looks once at a time, and goes on after a failure', async (t) => {
    let open = 0;
    let most = 0;
    const { pass, sweeper, lines } = stage(t, async () => {
      open += 1;
      most = Math.max(most, open);
      await turn();
      open -= 1;
      throw new Error('no /proc');
    });
    const runs = [sweeper.run({ mend: true }), sweeper.run({ mend: false })];
    assert.deepEqual(
      (await Promise.allSettled(runs)).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(most, 1);
    await pass(FIRST_MS);
    await turn();
    assert.match(lines[0] ?? '', /could not be looked for: no \/proc/);
    await pass(EVERY_MS);
    await turn();
    assert.equal(lines.length, 2);
  });

  test('leaves no timer behind', async (t) => {
    const { clock, sweeper } = stage(t, async () => []);
    assert.equal(clock.pending, 1);
    sweeper.dispose();
    assert.equal(clock.pending, 0);
  });
});
