import { type Clock, systemClock } from '../common/clock.ts';
import { type Disposable, toDisposable } from '../common/disposable.ts';
import type { ProcessTable } from './processEntry.ts';
import { readProcessTable } from './processTable.ts';

/** Whoever wants to see the table now and then. */
export type TableListener = (table: ProcessTable) => void;

const SHORTEST_MS = 20;
const LONGEST_MS = 5_000;
/** Reading may take so much of the time, on the average. */
const SHARE = 0.01;
/** What may be saved up for the moment in which something begins. */
const MOST_CREDIT_MS = 40;

/**
 * One reading of the process table for all who remember trees: often when something has just
 * begun, then seldom, and never for more than a hundredth of the time, however long it takes here.
 */
export class TreeWatch {
  readonly #listeners = new Set<TableListener>();
  #timer: Disposable | null = null;
  #dueAt = 0;
  #intervalMs = LONGEST_MS;
  #creditMs = MOST_CREDIT_MS;
  #creditedAt = 0;
  #isReading = false;
  #lastCostMs = 0;

  constructor(
    private readonly readTable: () => Promise<ProcessTable>,
    private readonly clock: Clock,
  ) {}

  add(listener: TableListener): Disposable {
    this.#listeners.add(listener);
    this.stir();
    return toDisposable(() => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#clear();
    });
  }

  /** Something may begin to start processes now. */
  stir(): void {
    this.#intervalMs = SHORTEST_MS;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#listeners.size === 0 || this.#isReading) return;
    const waitMs = Math.max(this.#intervalMs, this.#untilAffordable());
    const dueAt = this.clock.monotonic() + waitMs;
    if (this.#timer !== null && this.#dueAt <= dueAt) return;
    this.#clear();
    this.#dueAt = dueAt;
    this.#timer = this.clock.after(waitMs, () => void this.#read());
  }

  async #read(): Promise<void> {
    this.#timer = null;
    this.#isReading = true;
    const begin = this.clock.monotonic();
    // No table now: the next one will do.
    const table = await this.readTable().catch(() => null);
    if (table !== null) for (const listener of [...this.#listeners]) listener(table);
    this.#spend(this.clock.monotonic() - begin);
    this.#isReading = false;
    this.#intervalMs = Math.min(this.#intervalMs * 2, LONGEST_MS);
    this.#schedule();
  }

  #spend(costMs: number): void {
    this.#lastCostMs = costMs;
    this.#creditMs = this.#credit() - costMs;
    this.#creditedAt = this.clock.monotonic();
  }

  #credit(): number {
    const earned = (this.clock.monotonic() - this.#creditedAt) * SHARE;
    return Math.min(MOST_CREDIT_MS, this.#creditMs + earned);
  }

  #untilAffordable(): number {
    return Math.max(0, this.#lastCostMs - this.#credit()) / SHARE;
  }

  #clear(): void {
    this.#timer?.dispose();
    this.#timer = null;
  }
}

/** All trees of this process share it. */
export const treeWatch = new TreeWatch(() => readProcessTable(), systemClock);
