import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { Durations, type DurationsFile } from '../../../src/registry/durations.ts';
import type { TaskEvent } from '../../../src/registry/taskEvent.ts';
import { registryStage } from '../../support/registryStage.ts';
import { settle } from '../../support/settle.ts';
import { aDraft, aTask } from '../../support/taskRecords.ts';

const DONE: TaskEvent = { type: 'completed', isError: false, resultJson: '{}' };
const SAVE_AFTER_MS = 30_000;

class MemoryFile implements DurationsFile {
  readonly written: unknown[] = [];
  failure: Error | null = null;

  constructor(private readonly content: unknown = null) {}

  async read(): Promise<unknown> {
    if (this.failure) throw this.failure;
    return this.content;
  }

  async write(value: unknown): Promise<void> {
    if (this.failure) throw this.failure;
    this.written.push(structuredClone(value));
  }
}

function stage(t: TestContext, file = new MemoryFile()) {
  const { clock, registry, lines, log } = registryStage(t);
  const durations = new Durations({ registry, file, clock, log });
  t.after(() => {
    durations.dispose();
    assert.equal(clock.pending, 0);
  });
  const run = async (ms: number, { event = DONE, tool = 'build' } = {}) => {
    const { handle } = await registry.create(aDraft({ tool }));
    clock.advance(ms);
    await registry.apply(handle, event);
    return handle;
  };
  return { clock, registry, durations, file, lines, run };
}

suite('durations', () => {
  test('P10 the median of the runs that completed, from two runs on', async (t) => {
    const { durations, run } = stage(t);
    await run(1_000);
    assert.equal(durations.estimateOf('everything', 'build'), undefined);
    await run(3_000);
    assert.deepEqual(durations.estimateOf('everything', 'build'), { totalMs: 2_000, samples: 2 });
    await run(60_000);
    assert.deepEqual(durations.estimateOf('everything', 'build'), { totalMs: 3_000, samples: 3 });
    assert.equal(durations.estimateOf('everything', 'test'), undefined);
    assert.equal(durations.estimateOf('other', 'build'), undefined);
  });

  test('P10 leaves out the time for which a task was paused', async (t) => {
    const { clock, registry, durations } = stage(t);
    for (let n = 0; n < 2; n += 1) {
      const { handle } = await registry.create(aDraft());
      clock.advance(1_000);
      await registry.apply(handle, { type: 'paused', by: 'user' });
      clock.advance(60_000);
      await registry.apply(handle, { type: 'resumed', by: 'user' });
      clock.advance(2_000);
      await registry.apply(handle, DONE);
    }
    const [{ route, tool }] = [aDraft()];
    assert.deepEqual(durations.estimateOf(route, tool), { totalMs: 3_000, samples: 2 });
  });

  test('P10 counts from the call, and not by the wall clock', async (t) => {
    const { clock, registry, durations } = stage(t);
    for (let n = 0; n < 2; n += 1) {
      const deadlines = { totalTimeoutMs: null, idleTimeoutMs: null, ranMs: 10_000 };
      const { handle } = await registry.create(aDraft({ deadlines }));
      clock.moveWall(3_600_000);
      clock.advance(5_000);
      await registry.apply(handle, DONE);
    }
    assert.equal(durations.estimateOf('everything', 'build')?.totalMs, 15_000);
  });

  for (const [name, event] of [
    ['was revoked', { type: 'revoked', by: 'user', note: null }],
    ['ran out of time', { type: 'timedOut', clock: 'total' }],
    ['reported an error', { ...DONE, isError: true }],
  ] as const) {
    test(`P10 a task that ${name} teaches nothing`, async (t) => {
      const { durations, run } = stage(t);
      for (let n = 0; n < 3; n += 1) await run(1_000, { event });
      assert.equal(durations.estimateOf('everything', 'build'), undefined);
    });
  }

  test('P10 counts a task once: collected, loaded, late', async (t) => {
    const { registry, durations, run } = stage(t);
    const handle = await run(1_000);
    await registry.apply(handle, { type: 'collected' });
    registry.addStored([aTask({ status: 'completed', hasResult: true, endedAtMs: 5 })]);
    assert.equal(durations.estimateOf('everything', 'build'), undefined);
  });

  test('the last 20 runs count', async (t) => {
    const { durations, run } = stage(t);
    for (let n = 0; n < 20; n += 1) await run(1_000);
    for (let n = 0; n < 20; n += 1) await run(5_000);
    assert.deepEqual(durations.estimateOf('everything', 'build'), { totalMs: 5_000, samples: 20 });
  });

  test('are written at most every 30 s, and at the end', async (t) => {
    const { clock, durations, file, run } = stage(t);
    await run(1_000);
    await run(1_000);
    assert.equal(file.written.length, 0);
    clock.advance(SAVE_AFTER_MS);
    await settle();
    assert.equal(file.written.length, 1);
    await durations.flush();
    assert.equal(file.written.length, 1, 'nothing new');
    await run(1_000);
    await durations.flush();
    assert.equal(file.written.length, 2);
  });

  test('come back as they were written', async (t) => {
    const first = stage(t);
    await first.run(1_000);
    await first.run(2_000);
    await first.durations.flush();
    const second = stage(t, new MemoryFile(first.file.written.at(-1)));
    await second.durations.load();
    assert.equal(second.durations.estimateOf('everything', 'build')?.totalMs, 1_500);
    assert.deepEqual(second.lines, []);
  });

  test('of more than 1,000 tools forget the one not seen for longest', async (t) => {
    const runsMs = [1, 1];
    const tools = Array.from({ length: 1_000 }, (_, n) => ({ route: 'r', tool: `t${n}`, runsMs }));
    const { durations, run } = stage(t, new MemoryFile({ schemaVersion: 1, tools }));
    await durations.load();
    await run(1_000);
    assert.equal(durations.estimateOf('r', 't0'), undefined);
    assert.equal(durations.estimateOf('r', 't1')?.samples, 2);
  });

  for (const content of [
    7,
    [],
    { schemaVersion: 2, tools: [] },
    { schemaVersion: 1, tools: 'x' },
  ]) {
    test(`a file that holds ${JSON.stringify(content)} is no history, said once`, async (t) => {
      const { durations, lines } = stage(t, new MemoryFile(content));
      await durations.load();
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? '', /^warn There are no estimates/);
    });
  }

  test('take what is readable of a file', async (t) => {
    const tools = [
      7,
      { route: 'r', tool: 't', runsMs: [5, '6', -1, 7] },
      { route: 1, tool: 't', runsMs: [1, 1] },
    ];
    const { durations } = stage(t, new MemoryFile({ schemaVersion: 1, tools }));
    await durations.load();
    assert.deepEqual(durations.estimateOf('r', 't'), { totalMs: 6, samples: 2 });
  });

  test('a disk that refuses is said once, and stops nothing', async (t) => {
    const { durations, file, lines, run } = stage(t);
    file.failure = new Error('disk full');
    for (let n = 0; n < 3; n += 1) {
      await run(1_000);
      await durations.flush();
    }
    assert.equal(lines.length, 1);
    assert.equal(durations.estimateOf('everything', 'build')?.samples, 3);
  });
});
