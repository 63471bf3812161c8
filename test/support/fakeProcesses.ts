import type { EndingTargets } from '../../src/processes/ending.ts';
import type { ProcessEntry, ProcessTable } from '../../src/processes/processEntry.ts';
import type { ProcessSystem } from '../../src/processes/processSystem.ts';

/** Processes that do what a test says: all of them descend from `ROOT`. */
export class FakeProcesses implements ProcessSystem {
  static readonly ROOT = 100;
  readonly living = new Map<number, ProcessEntry>();
  readonly signals: string[] = [];
  /** Called before each look at the table. */
  onRead: () => void = () => {};
  /** Who does not die of SIGKILL. */
  readonly deathless = new Set<number>();

  add(pid: number, state = 'S', ppid = FakeProcesses.ROOT): void {
    const ids = { pid, ppid, pgid: pid, session: pid, startTime: `t${pid}` };
    this.living.set(pid, { ...ids, latestBirthMs: 0, state, residentBytes: 1000 });
  }

  async readTable(): Promise<ProcessTable> {
    this.onRead();
    return new Map(this.living);
  }

  async stillLiving(entries: readonly ProcessEntry[]): Promise<ProcessEntry[]> {
    return entries.flatMap(({ pid }) => this.living.get(pid) ?? []);
  }

  signal({ pid }: ProcessEntry, name: NodeJS.Signals): void {
    this.signals.push(`${name} ${pid}`);
    if (name === 'SIGKILL' && !this.deathless.has(pid)) this.living.delete(pid);
  }

  get targets(): EndingTargets {
    return {
      select: (table) => [...table.values()].filter(({ ppid }) => ppid === FakeProcesses.ROOT),
      isSpared: () => false,
      signalGroup: () => null,
    };
  }
}
