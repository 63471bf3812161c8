import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Ending } from '../../../src/processes/ending.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';

/** What force may take at most, and as much again for a busy machine. */
const BOUND_MS = 2 * 8 * 400;

suite('an ending', () => {
  test('P6 one in uninterruptible sleep is told of, not waited for', async () => {
    const processes = new FakeProcesses();
    processes.add(1);
    processes.add(2, 'D');
    processes.deathless.add(2);
    const outcome = await new Ending(processes.targets, 0, processes).run();
    assert.deepEqual(outcome, {
      level: 'killed',
      ended: 1,
      memoryBytes: 1000,
      survivors: [2],
      stuck: [2],
    });
    assert.equal(processes.signals.filter((signal) => signal === 'SIGKILL 2').length, 1, 'once');
  });

  test('P6 who sleeps for a moment only is waited for', async () => {
    const processes = new FakeProcesses();
    processes.add(1, 'D');
    processes.deathless.add(1);
    let looks = 0;
    const { stillLiving } = processes;
    processes.stillLiving = (entries) => {
      looks += 1;
      if (looks === 3) processes.living.delete(1);
      return stillLiving.call(processes, entries);
    };
    const outcome = await new Ending(processes.targets, 0, processes).run();
    assert.deepEqual([outcome.ended, outcome.survivors], [1, []]);
  });

  test('P6 a tree that is born faster than it is walked is fought for a bounded time', async () => {
    const processes = new FakeProcesses();
    let last = 0;
    processes.onRead = () => {
      last += 1;
      processes.add(last);
    };
    const begin = performance.now();
    const outcome = await new Ending(processes.targets, 0, processes).run();
    assert.ok(performance.now() - begin < BOUND_MS);
    assert.equal(outcome.survivors.length, 1, 'the one that was born last');
    assert.equal(outcome.ended, last - 1);
    assert.deepEqual(outcome.stuck, []);
  });

  test('P6 a process that is never the same for long is looked for when none is seen', async () => {
    const processes = new FakeProcesses();
    const ends = 20;
    let reads = 0;
    processes.onRead = () => {
      reads += 1;
      processes.living.clear();
      const isBetween = reads % 5 === 3 || reads % 5 === 4;
      if (reads <= ends && !isBetween) processes.add(reads);
    };
    const outcome = await new Ending(processes.targets, 0, processes).run();
    assert.ok(reads > ends, `given up after ${reads} looks`);
    assert.deepEqual(outcome.survivors, []);
  });

  test('P6 who starts the others is ended also when it is found late', async () => {
    const parent = 7;
    const processes = new FakeProcesses();
    let reads = 0;
    processes.onRead = () => {
      reads += 1;
      // Not one of ours, until its mark can be read; as long as it lives there is always a child.
      if (reads === 1) processes.add(parent, 'D', 1);
      if (reads === 60) processes.add(parent);
      if (processes.living.has(parent)) processes.add(1_000 + reads);
    };
    const outcome = await new Ending(processes.targets, 0, processes).run();
    assert.ok(reads > 60, `given up after ${reads} looks`);
    assert.deepEqual(outcome.survivors, []);
  });

  test('P6 everyone is stopped before anyone is killed', async () => {
    const processes = new FakeProcesses();
    for (const pid of [1, 2, 3]) processes.add(pid);
    await new Ending(processes.targets, 0, processes).run();
    assert.deepEqual(
      processes.signals.map((signal) => signal.split(' ')[0]),
      [...Array(3).fill('SIGSTOP'), ...Array(3).fill('SIGKILL')],
    );
  });

  test('P6 who cannot be ended keeps nobody longer than the bound', async () => {
    const processes = new FakeProcesses();
    processes.add(1, 'R');
    processes.deathless.add(1);
    const begin = performance.now();
    const outcome = await new Ending(processes.targets, 0, processes).run();
    assert.ok(performance.now() - begin < BOUND_MS);
    assert.deepEqual([outcome.survivors, outcome.stuck, outcome.ended], [[1], [], 0]);
  });

  test('memory counts at its largest: who dies has let go of it already', async () => {
    const processes = new FakeProcesses();
    processes.add(1);
    processes.onRead = () => {
      const entry = processes.living.get(1);
      if (entry !== undefined && processes.signals.length > 0) {
        processes.living.set(1, { ...entry, residentBytes: 0 });
      }
    };
    assert.equal((await new Ending(processes.targets, 0, processes).run()).memoryBytes, 1000);
  });

  test('memory is unknown where one of those that ended does not tell', async () => {
    const processes = new FakeProcesses();
    processes.add(1);
    processes.add(2);
    const entry = processes.living.get(2);
    if (entry !== undefined) processes.living.set(2, { ...entry, residentBytes: null });
    const outcome = await new Ending(processes.targets, 0, processes).run();
    assert.deepEqual([outcome.ended, outcome.memoryBytes], [2, null]);
  });
});
