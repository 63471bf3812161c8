import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';

/** Runs at once when asked, but never more often than the interval; not at all while paused. */
export class Pacer implements Disposable {
  #timer: Disposable | undefined;
  #lastRun = Number.NEGATIVE_INFINITY;
  #isWanted = false;
  #isPaused = false;

  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number,
    private readonly run: () => void,
  ) {}

  request(): void {
    this.#isWanted = true;
    if (this.#isPaused || this.#timer !== undefined) return;
    const wait = this.#lastRun + this.intervalMs - this.clock.monotonic();
    if (wait <= 0) this.#runNow();
    else this.#timer = this.clock.after(wait, () => this.#runNow());
  }

  pause(): void {
    this.#isPaused = true;
    this.#stopTimer();
  }

  /** What was asked for meanwhile runs now. */
  resume(): void {
    this.#isPaused = false;
    if (this.#isWanted) this.request();
  }

  dispose(): void {
    this.pause();
  }

  #runNow(): void {
    this.#stopTimer();
    this.#isWanted = false;
    this.#lastRun = this.clock.monotonic();
    this.run();
  }

  #stopTimer(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }
}
