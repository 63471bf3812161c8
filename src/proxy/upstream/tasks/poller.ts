import type { Clock } from '../../../common/clock.ts';
import type { Disposable } from '../../../common/disposable.ts';

/** A question without an answer for so long is put again. */
const ANSWER_LIMIT_MS = 60_000;

/**
 * Asks again and again: the next question goes out an interval after the last answer (`wait`), so
 * that a slow server is never asked twice at a time.
 */
export class Poller implements Disposable {
  intervalMs = 0;
  #timer: Disposable | null = null;
  #question: Disposable | null = null;
  #isDisposed = false;

  constructor(
    private readonly clock: Clock,
    /** Puts the question; disposing forgets it. */
    private readonly ask: () => Disposable,
  ) {}

  /** Asks after the interval. */
  wait(): void {
    this.#set(this.intervalMs);
  }

  askNow(): void {
    if (this.#isDisposed) return;
    this.#question?.dispose();
    this.#set(ANSWER_LIMIT_MS);
    this.#question = this.ask();
  }

  /** Until `wait` or `askNow`. */
  stop(): void {
    this.#timer?.dispose();
    this.#question?.dispose();
  }

  #set(delayMs: number): void {
    this.#timer?.dispose();
    this.#timer = this.#isDisposed ? null : this.clock.after(delayMs, () => this.askNow());
  }

  dispose(): void {
    this.#isDisposed = true;
    this.stop();
  }
}
