import { setTimeout as after } from 'node:timers/promises';
import { keyOf } from './endedProcesses.ts';
import type { PauseOutcome } from './ownedProcess.ts';
import type { ProcessEntry, ProcessTable } from './processEntry.ts';
import { hostSystem, type ProcessSystem } from './processSystem.ts';
import { descendantsOf, isIn } from './processTable.ts';

export interface PauseTargets {
  /** What belongs to the tree, in a fresh table. Asked again and again: it may grow meanwhile. */
  select(table: ProcessTable): readonly ProcessEntry[];
  /** Never signalled, though it may be found. */
  isSpared(entry: ProcessEntry): boolean;
  /** Whether it is known by now who is spared. */
  isReady(): Promise<boolean>;
  /** Its end has begun: nothing may be stopped any more. */
  isEnding(): boolean;
}

/** A tree that forks faster than it is walked, or that is not ours to stop, goes on. */
const LIMIT_MS = 1000;
const SHORTEST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 20;

const GONE: PauseOutcome = { state: 'gone' };

/**
 * A tree that stands still: every process of it is stopped, or none by us. What was stopped before
 * (a debugger, Ctrl-Z) is left to whoever did that.
 */
export class TreePause {
  readonly #targets: PauseTargets;
  readonly #system: ProcessSystem;
  /** By us, parents first. */
  readonly #stopped = new Map<string, ProcessEntry>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(targets: PauseTargets, system: ProcessSystem = hostSystem) {
    this.#targets = targets;
    this.#system = system;
  }

  stop(): Promise<PauseOutcome> {
    return this.#inTurn(() => this.#allOrNone());
  }

  /** Children first: no parent sees a child that stands. */
  goOn(): Promise<void> {
    return this.#inTurn(() => this.#goOn());
  }

  /** Whoever ends the tree lets it go on as well. */
  forget(): void {
    this.#stopped.clear();
  }

  async #allOrNone(): Promise<PauseOutcome> {
    try {
      return await this.#stop();
    } catch (error) {
      await this.#goOn();
      throw error;
    }
  }

  async #stop(): Promise<PauseOutcome> {
    if (!(await this.#targets.isReady())) return { state: 'moving', pids: [] };
    const signalled = new Set<string>();
    const until = performance.now() + LIMIT_MS;
    for (let waitMs = SHORTEST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      const table = await this.#system.readTable();
      if (this.#targets.isEnding()) return GONE;
      const living = this.#look(table);
      if (living.length === 0) return GONE;
      const moving = living.filter((entry) => !stands(entry, signalled.has(keyOf(entry))));
      if (moving.length === 0) return { state: 'standing', processes: living.length };
      for (const entry of moving) {
        if (!signalled.has(keyOf(entry))) this.#stopOne(entry);
        signalled.add(keyOf(entry));
      }
      if (performance.now() >= until) {
        await this.#goOn();
        return { state: 'moving', pids: moving.map(({ pid }) => pid) };
      }
      await after(waitMs);
    }
  }

  #stopOne(entry: ProcessEntry): void {
    this.#stopped.set(keyOf(entry), entry);
    this.#system.signal(entry, 'SIGSTOP');
  }

  /** All that lives of the tree, and below what was stopped already; the oldest first. */
  #look(table: ProcessTable): ProcessEntry[] {
    const known = [...this.#targets.select(table), ...this.#stopped.values()].flatMap((entry) =>
      isIn(table, entry) ? (table.get(entry.pid) ?? []) : [],
    );
    const below = descendantsOf(table, ...known.map(({ pid }) => pid));
    return [...new Set([...known, ...below])]
      .filter((entry) => !this.#targets.isSpared(entry))
      .sort((a, b) => a.latestBirthMs - b.latestBirthMs);
  }

  async #goOn(): Promise<void> {
    const living = await this.#system.stillLiving([...this.#stopped.values()].reverse());
    this.#stopped.clear();
    for (const entry of living) this.#system.signal(entry, 'SIGCONT');
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/**
 * Stopped or traced. One that waits uninterruptibly, and one whose first thread has ended, never
 * show as stopped; signalled, they run no line of their own any more.
 */
function stands({ state }: ProcessEntry, isSignalled: boolean): boolean {
  if (state === 'T' || state === 't') return true;
  return isSignalled && (state === 'D' || state === 'U' || state === 'Z');
}
