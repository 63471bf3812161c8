import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ProcessEntry } from '../../../src/processes/processEntry.ts';
import type { ProcessSystem } from '../../../src/processes/processSystem.ts';
import { TreePause } from '../../../src/processes/treePause.ts';

/** A system of so many processes, each the child of the one before; it obeys but where told not to. */
class FakeSystem implements ProcessSystem {
  readonly entries = new Map<number, ProcessEntry>();
  /** `PID SIGNAL`, in order. */
  readonly signals: string[] = [];
  /** Another user's: no signal reaches them. */
  readonly untouchable = new Set<number>();
  /** Asleep in the kernel: a stop shows later, if ever. */
  readonly asleep = new Set<number>();
  onRead = (): void => {};

  constructor(count: number) {
    for (let pid = 1; pid <= count; pid += 1) this.add(pid, pid - 1);
  }

  add(pid: number, ppid: number, state = 'S'): void {
    const startTime = `start ${pid}`;
    const birth = { startTime, latestBirthMs: pid, residentBytes: null };
    this.entries.set(pid, { pid, ppid, pgid: 1, session: 1, state, ...birth });
  }

  async readTable() {
    this.onRead();
    return new Map(this.entries);
  }

  async stillLiving(entries: readonly ProcessEntry[]) {
    return entries.filter(({ pid, startTime }) => this.entries.get(pid)?.startTime === startTime);
  }

  signal(entry: ProcessEntry, name: NodeJS.Signals): void {
    this.signals.push(`${entry.pid} ${name}`);
    if (this.untouchable.has(entry.pid)) return;
    const stopped = this.asleep.has(entry.pid) ? 'D' : 'T';
    this.entries.set(entry.pid, { ...entry, state: name === 'SIGSTOP' ? stopped : 'S' });
  }

  stateOf = (pid: number) => this.entries.get(pid)?.state;
}

function pauseOf(system: FakeSystem, { isEnding = false, isReady = true } = {}): TreePause {
  const targets = {
    select: () => [...system.entries.values()].filter(({ pid }) => pid === 1),
    isSpared: ({ pid }: ProcessEntry) => pid === 99,
    isReady: async () => isReady,
    isEnding: () => isEnding,
  };
  return new TreePause(targets, system);
}

suite('the pause of a tree', () => {
  test('P9 stops parents first, and lets children go on first', async () => {
    const system = new FakeSystem(3);
    const pause = pauseOf(system);
    assert.deepEqual(await pause.stop(), { state: 'standing', processes: 3 });
    await pause.goOn();
    assert.deepEqual(system.signals, [
      ...['1 SIGSTOP', '2 SIGSTOP', '3 SIGSTOP'],
      ...['3 SIGCONT', '2 SIGCONT', '1 SIGCONT'],
    ]);
  });

  test('P9 walks again until nobody new is found', async () => {
    const system = new FakeSystem(1);
    let born = 1;
    system.onRead = () => {
      if (born < 5) system.add(born + 1, born++);
    };
    assert.deepEqual(await pauseOf(system).stop(), { state: 'standing', processes: 5 });
  });

  test('P9 one that cannot be stopped lets all go on, and is named', async () => {
    const system = new FakeSystem(3);
    system.untouchable.add(2);
    const pause = pauseOf(system);
    assert.deepEqual(await pause.stop(), { state: 'moving', pids: [2] });
    assert.deepEqual([1, 2, 3].map(system.stateOf), ['S', 'S', 'S']);
    assert.equal(system.signals.filter((told) => told === '2 SIGSTOP').length, 1);
  });

  test('P9 one that sleeps in the kernel stands once it has been signalled', async () => {
    const system = new FakeSystem(2);
    system.add(2, 1, 'D');
    system.asleep.add(2);
    assert.equal((await pauseOf(system).stop()).state, 'standing');
    assert.ok(system.signals.includes('2 SIGSTOP'));
  });

  test('the guard is never signalled', async () => {
    const system = new FakeSystem(1);
    system.add(99, 1);
    await pauseOf(system).stop();
    assert.deepEqual(system.signals, ['1 SIGSTOP']);
  });

  test('nothing is stopped before it is known who the guard is', async () => {
    const system = new FakeSystem(1);
    assert.equal((await pauseOf(system, { isReady: false }).stop()).state, 'moving');
    assert.deepEqual(system.signals, []);
  });

  test('P6 nothing is stopped once the end has begun', async () => {
    const system = new FakeSystem(2);
    assert.deepEqual(await pauseOf(system, { isEnding: true }).stop(), { state: 'gone' });
    assert.deepEqual(system.signals, []);
  });

  test('P6 a later process with the same pid is not let go on', async () => {
    const system = new FakeSystem(2);
    const pause = pauseOf(system);
    await pause.stop();
    const [other] = system.entries.values();
    assert.ok(other);
    system.entries.set(2, { ...other, pid: 2, startTime: 'later' });
    system.signals.length = 0;
    await pause.goOn();
    assert.deepEqual(system.signals, ['1 SIGCONT']);
  });

  test('P9 one that fails on the way leaves nothing standing', async () => {
    const system = new FakeSystem(2);
    let reads = 0;
    system.onRead = () => {
      reads += 1;
      if (reads === 2) throw new Error('no /proc');
    };
    await assert.rejects(pauseOf(system).stop(), /no \/proc/);
    assert.deepEqual([1, 2].map(system.stateOf), ['S', 'S']);
  });
});
