/** A person is asked for more time when this much of it has been used. */
const WARN_AT = 0.8;

/** What a clock calls for now; only the first two are news. */
export type ClockNews = 'warn' | 'expired' | null;

/** One clock of one task (P9): runs, stands, starts anew. Times are of a `RunClock`. */
export class TaskClock {
  #limitMs: number;
  #ranMs: number;
  #sinceMs: number | null = null;
  #isWarned = false;

  constructor(limitMs: number, ranMs = 0) {
    this.#limitMs = limitMs;
    this.#ranMs = ranMs;
  }

  get limitMs(): number {
    return this.#limitMs;
  }

  get isWarned(): boolean {
    return this.#isWarned;
  }

  /** A moved limit deserves a warning of its own. */
  setLimit(limitMs: number): void {
    if (limitMs === this.#limitMs) return;
    this.#limitMs = limitMs;
    this.#isWarned = false;
  }

  ranMs(nowMs: number): number {
    return this.#ranMs + (this.#sinceMs === null ? 0 : nowMs - this.#sinceMs);
  }

  run(isRunning: boolean, nowMs: number): void {
    this.#ranMs = this.ranMs(nowMs);
    this.#sinceMs = isRunning ? nowMs : null;
  }

  /** Starts from nothing; what was warned of has not come. */
  reset(nowMs: number): void {
    this.#ranMs = 0;
    this.#isWarned = false;
    if (this.#sinceMs !== null) this.#sinceMs = nowMs;
  }

  /** When it calls for something next; never while it stands. */
  dueMs(nowMs: number): number {
    if (this.#sinceMs === null) return Number.POSITIVE_INFINITY;
    const share = this.#isWarned ? 1 : WARN_AT;
    return nowMs + this.#limitMs * share - this.ranMs(nowMs);
  }

  /** How long it is over its limit; negative while it is not. */
  overMs(nowMs: number): number {
    return this.ranMs(nowMs) - this.#limitMs;
  }

  /** Tells each thing once: that it nears its limit, that it has reached it. */
  news(nowMs: number): ClockNews {
    if (this.#sinceMs === null) return null;
    if (this.overMs(nowMs) >= 0) return 'expired';
    if (this.#isWarned || this.ranMs(nowMs) < this.#limitMs * WARN_AT) return null;
    this.#isWarned = true;
    return 'warn';
  }
}
