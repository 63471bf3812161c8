import type { Clock } from '../common/clock.ts';
import type { Disposable } from '../common/disposable.ts';

/** Somebody who measures is awake at least this often. */
export const LONGEST_BEAT_MS = 1_000;
/** A timer that is later than this was not late: the machine or the broker slept. */
const SLACK_MS = 5_000;

/**
 * Monotonic ms that leave out the time in which the machine or the broker slept (P9). Who measures
 * sets a beat; a gap far longer than the beat that was planned counts as the beat alone.
 */
export class RunClock implements Disposable {
  #ranMs = 0;
  #seenAtMs: number;
  #beatAtMs = Number.POSITIVE_INFINITY;
  #beat: Disposable | null = null;

  constructor(private readonly clock: Pick<Clock, 'monotonic' | 'after'>) {
    this.#seenAtMs = clock.monotonic();
  }

  now(): number {
    const nowMs = this.clock.monotonic();
    const gapMs = nowMs - this.#seenAtMs;
    const plannedMs = Math.max(0, this.#beatAtMs - this.#seenAtMs);
    this.#ranMs += gapMs > plannedMs + SLACK_MS ? plannedMs : gapMs;
    this.#seenAtMs = nowMs;
    return this.#ranMs;
  }

  /** Calls back once, after the delay or the longest beat; takes the place of the beat before. */
  beat(delayMs: number, run: () => void): void {
    this.rest();
    const untilMs = Math.min(Math.max(0, delayMs), LONGEST_BEAT_MS);
    this.#beatAtMs = this.#seenAtMs + untilMs;
    this.#beat = this.clock.after(untilMs, () => {
      this.now();
      this.#beatAtMs = Number.POSITIVE_INFINITY;
      run();
    });
  }

  /** Nobody measures any more. */
  rest(): void {
    this.now();
    this.#beat?.dispose();
    this.#beat = null;
    this.#beatAtMs = Number.POSITIVE_INFINITY;
  }

  dispose(): void {
    this.#beat?.dispose();
  }
}
