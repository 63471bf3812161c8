import type { Clock } from '../common/clock.ts';

/** Before this no clock of a running program is right: its time says nothing about ages. */
const EARLIEST_MS = Date.UTC(2020, 0, 1);

/**
 * Wall time for ages: it starts with the wall clock and then runs on by itself, so that a clock
 * that is moved an hour ends no result early. Sleep may make it late, which keeps results longer.
 */
export class SteadyTime {
  readonly #startWallMs: number;
  readonly #startMonotonicMs: number;

  constructor(private readonly clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#startWallMs = clock.now();
    this.#startMonotonicMs = clock.monotonic();
  }

  now(): number {
    return this.#startWallMs + this.clock.monotonic() - this.#startMonotonicMs;
  }

  /** How long ago that was; 0 where one of the two times cannot be right. */
  ageOf(wallMs: number): number {
    const now = this.now();
    if (now < EARLIEST_MS) return 0;
    return Math.max(0, now - (wallMs < EARLIEST_MS ? this.#startWallMs : wallMs));
  }
}
