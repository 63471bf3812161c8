import type { Clock } from '../../src/common/clock.ts';
import { type Disposable, toDisposable } from '../../src/common/disposable.ts';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  #elapsedMs = 0;
  #wallShiftMs = 0;
  readonly #timers = new Set<Timer>();

  constructor(private readonly startMs = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.startMs + this.#elapsedMs + this.#wallShiftMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, run: () => void): Disposable {
    const timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), run };
    this.#timers.add(timer);
    return toDisposable(() => this.#timers.delete(timer));
  }

  /** How many timers wait: a leak check for the end of a test. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Runs what is due in the next `ms`, in its order, also what those timers set anew. */
  advance(ms: number): void {
    const untilMs = this.#elapsedMs + ms;
    for (let timer = this.#nextUntil(untilMs); timer; timer = this.#nextUntil(untilMs)) {
      this.#timers.delete(timer);
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
      timer.run();
    }
    this.#elapsedMs = untilMs;
  }

  /** The machine or the process sleeps: time goes on, no timer runs until it is moved again. */
  sleep(ms: number): void {
    this.#elapsedMs += ms;
  }

  /** Somebody sets the wall clock. */
  moveWall(byMs: number): void {
    this.#wallShiftMs += byMs;
  }

  #nextUntil(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}
