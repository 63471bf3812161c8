import { EndedProcesses, keyOf } from './endedProcesses.ts';
import type { EndOutcome } from './ownedProcess.ts';
import type { ProcessEntry, ProcessTable, TableBefore } from './processEntry.ts';
import { hostSystem, type ProcessSystem } from './processSystem.ts';
import { descendantsOf, isIn } from './processTable.ts';
import { NOTHING_TO_END } from './processTree.ts';
import { SleepWatch } from './sleepWatch.ts';

export interface EndingTargets {
  /** Those to end, in a fresh table. Asked again and again, since trees grow while they end. */
  select(table: ProcessTable): readonly ProcessEntry[];
  /** Never signalled and never waited for, though they may descend from targets. */
  isSpared(entry: ProcessEntry): boolean;
  /** Signals a whole group at once; tells the group, or `null` when there is none to be trusted. */
  signalGroup(signal: NodeJS.Signals): number | null;
}

/** Force takes at most so long, whatever a tree does; then its round is finished. */
const FORCE_MS = 3_200;
/** Who does not die of a SIGKILL gets another one after so long. */
const ROUND_MS = 400;
const MAX_FREEZES = 5;
const EMPTY_LOOKS = 3;
/** So long nearly all processes of a machine are the same. */
const MOMENT_MS = 500;
const SHORTEST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 25;

/** One run down the ladder: SIGTERM, a grace time, then freeze and SIGKILL until nothing is left. */
export class Ending {
  readonly #targets: EndingTargets;
  readonly #system: ProcessSystem;
  readonly #met = new EndedProcesses();
  readonly #stuck = new Set<string>();
  #table: ProcessTable | null = null;
  #readWholeAt = 0;
  #firstCount = 0;
  #deadline: number;
  #wake = (): void => {};

  constructor(targets: EndingTargets, graceMs: number, system: ProcessSystem = hostSystem) {
    this.#targets = targets;
    this.#system = system;
    this.#deadline = performance.now() + graceMs;
  }

  /** Somebody is less patient than whoever began. */
  hasten(graceMs: number): void {
    this.#deadline = Math.min(this.#deadline, performance.now() + graceMs);
    this.#wake();
  }

  /** Something has ended: look now. */
  poke(): void {
    this.#wake();
  }

  async run(): Promise<EndOutcome> {
    let living = await this.#look();
    if (living.length === 0) return NOTHING_TO_END;
    this.#firstCount = living.length;
    if (performance.now() < this.#deadline) {
      this.#ask(living);
      while (living.length > 0 && performance.now() < this.#deadline) {
        living = await this.#waitUntilGone(living, () => this.#deadline);
      }
      if (living.length === 0) return this.#met.outcome('terminated', living, this.#isStuck);
    }
    return this.#met.outcome('killed', await this.#force(living), this.#isStuck);
  }

  /** What lives of the targets, of what descends from them, and of those seen before. */
  async #look(): Promise<ProcessEntry[]> {
    const before = this.#tableBefore();
    const table = await this.#system.readTable(before);
    this.#table = table;
    if (before === undefined) this.#readWholeAt = performance.now();
    const known = this.#met.all.filter((entry) => isIn(table, entry));
    const roots = [...this.#targets.select(table), ...known].filter((entry) => isIn(table, entry));
    const below = descendantsOf(table, ...roots.map((entry) => entry.pid));
    for (const { pid } of [...roots, ...below]) {
      const entry = table.get(pid);
      if (entry !== undefined && !this.#targets.isSpared(entry)) this.#met.add(entry);
    }
    return this.#met.all.filter((entry) => isIn(table, entry));
  }

  /** In a tree that grows nobody may be seen although somebody lives: he has just moved on. */
  async #lookForLast(): Promise<ProcessEntry[]> {
    let living = await this.#look();
    const hasGrown = this.#met.all.length > this.#firstCount;
    for (let looks = hasGrown ? EMPTY_LOOKS : 0; living.length === 0 && looks > 0; looks--) {
      living = await this.#look();
    }
    return living;
  }

  /** The whole table takes most of the time of an ending, and on a busy machine far longer. */
  #tableBefore(): TableBefore | undefined {
    if (this.#table === null || performance.now() > this.#readWholeAt + MOMENT_MS) {
      return undefined;
    }
    return { table: this.#table, stale: new Set(this.#met.all.map(({ pid }) => pid)) };
  }

  /** Stopped processes get the SIGTERM once they go on. Nobody gets two: some take that for force. */
  #ask(living: readonly ProcessEntry[]): void {
    const pgid = this.#targets.signalGroup('SIGTERM');
    this.#targets.signalGroup('SIGCONT');
    for (const entry of living) {
      if (entry.pgid === pgid) continue;
      this.#system.signal(entry, 'SIGTERM');
      this.#system.signal(entry, 'SIGCONT');
    }
  }

  async #force(first: readonly ProcessEntry[]): Promise<ProcessEntry[]> {
    let living = [...first];
    const forceEnd = performance.now() + FORCE_MS;
    while (performance.now() < forceEnd && !living.every(this.#isStuck)) {
      const frozen = await this.#freeze(living);
      this.#targets.signalGroup('SIGKILL');
      for (const entry of frozen) this.#system.signal(entry, 'SIGKILL');
      const roundEnd = performance.now() + ROUND_MS;
      living = await this.#waitUntilGone(frozen, () => roundEnd, new SleepWatch(this.#stuck));
    }
    return living;
  }

  /**
   * Stops the tree before it is killed: a parent that dies first would cut the line by which
   * children that left the group are found, and a tree that forks could outrun us.
   */
  async #freeze(living: readonly ProcessEntry[]): Promise<ProcessEntry[]> {
    const stopped = new Set<string>();
    let found = [...living];
    for (let attempt = 0; attempt < MAX_FREEZES; attempt++) {
      const moving = found.filter((entry) => !stopped.has(keyOf(entry)));
      if (moving.length === 0) break;
      for (const entry of moving) {
        this.#system.signal(entry, 'SIGSTOP');
        stopped.add(keyOf(entry));
      }
      found = await this.#look();
    }
    return found;
  }

  /** What is left when these are gone or the time is up: others may have been born meanwhile. */
  async #waitUntilGone(
    entries: readonly ProcessEntry[],
    deadline: () => number,
    asleep?: SleepWatch,
  ): Promise<ProcessEntry[]> {
    let living = await this.#system.stillLiving(entries);
    let pauseMs = SHORTEST_PAUSE_MS;
    while (living.length > 0 && performance.now() < deadline()) {
      await this.#pause(Math.min(pauseMs, deadline() - performance.now()));
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      living = await this.#system.stillLiving(living);
      if (asleep?.isAllStuck(living) === true) break;
    }
    return this.#lookForLast();
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  readonly #isStuck = (entry: ProcessEntry): boolean => this.#stuck.has(keyOf(entry));
}
