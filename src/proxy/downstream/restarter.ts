import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import type { Upstream } from '../upstream/upstream.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** So many ends in a row, each soon after a start, and it waits to be needed again. */
const MAX_IN_A_ROW = 8;
/** What has run for so long has not failed to start. */
const STEADY_MS = 30_000;

export interface RestarterOptions {
  readonly clock: Clock;
  /** Whether all new work of it is refused: it does not come back by itself then (P7). */
  readonly isHalted: () => boolean;
  /** Starts another one, unless there is one; false when that failed. `why`: how the last one went. */
  readonly start: (why: string) => Promise<boolean>;
  /** From now on it is started when somebody needs it, and not before. */
  readonly giveUp: (why: string) => void;
}

/**
 * Starts the upstream of an attached session again when it was cut short: ended by force, or crashed.
 * Later each time, and after some failures in a row no more. What exits with code 0, or was shut down
 * because nobody needed it, is left alone, and so is what never got through its greeting.
 */
export class Restarter implements Disposable {
  #failures = 0;
  #isStarting = false;
  #inUseSinceMs = 0;
  #watch: Disposable | null = null;
  #timer: Disposable | null = null;

  constructor(private readonly options: RestarterOptions) {}

  /** Whether it is being started again by itself, or going to be. */
  get isDue(): boolean {
    return this.#timer !== null || this.#isStarting;
  }

  /** This one is in use from now on: there is nothing to be started any more. */
  watch(upstream: Upstream): void {
    this.dispose();
    this.#inUseSinceMs = this.options.clock.monotonic();
    this.#watch = upstream.onGone((why) => this.#onGone(upstream, why));
  }

  dispose(): void {
    this.#watch?.dispose();
    this.#watch = null;
    this.#timer?.dispose();
    this.#timer = null;
  }

  #onGone(upstream: Upstream, why: string): void {
    if (!upstream.wasCutShort || upstream.handshake === null) return;
    const ranMs = this.options.clock.monotonic() - this.#inUseSinceMs;
    if (ranMs >= STEADY_MS) this.#failures = 0;
    this.#startLater(why);
  }

  #startLater(why: string): void {
    const { clock, giveUp, isHalted } = this.options;
    if (this.#failures >= MAX_IN_A_ROW || isHalted()) {
      giveUp(why);
      return;
    }
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** this.#failures, LONGEST_DELAY_MS);
    this.#failures += 1;
    this.#timer = clock.after(delayMs, () => {
      this.#timer = null;
      if (isHalted()) giveUp(why);
      else void this.#start(why);
    });
  }

  async #start(why: string): Promise<void> {
    this.#isStarting = true;
    const isDone = await this.options.start(why);
    this.#isStarting = false;
    if (!isDone) this.#startLater(why);
  }
}
