import type { Clock } from '../common/clock.ts';
import type { Disposable } from '../common/disposable.ts';

interface Pause {
  readonly timer: Disposable;
  isPoked: boolean;
}

/** How often, and what, a `Pacer` runs. */
export interface PacerOptions<K> {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Spreads the runs of many keys: with n of them waiting, none runs sooner than n times this. */
  readonly spreadMs?: number;
  /** Whether the first poke after a quiet time runs at once, or only when the interval is over. */
  readonly leading: boolean;
  readonly run: (key: K) => void;
}

/** Runs at most once per interval and key; the last poke is never lost. */
export class Pacer<K> implements Disposable {
  readonly #pauses = new Map<K, Pause>();

  constructor(private readonly options: PacerOptions<K>) {}

  poke(key: K): void {
    const pause = this.#pauses.get(key);
    if (pause) {
      pause.isPoked = true;
      return;
    }
    this.#pause(key, !this.options.leading);
    if (this.options.leading) this.options.run(key);
  }

  /** Drops what is due for this key. */
  forget(key: K): void {
    this.#pauses.get(key)?.timer.dispose();
    this.#pauses.delete(key);
  }

  dispose(): void {
    for (const key of [...this.#pauses.keys()]) this.forget(key);
  }

  #pause(key: K, isPoked: boolean): void {
    const { clock, intervalMs, spreadMs = 0 } = this.options;
    const pauseMs = Math.max(intervalMs, this.#pauses.size * spreadMs);
    this.#pauses.set(key, { timer: clock.after(pauseMs, () => this.#resume(key)), isPoked });
  }

  #resume(key: K): void {
    const pause = this.#pauses.get(key);
    this.#pauses.delete(key);
    if (!pause?.isPoked) return;
    if (this.options.leading) this.#pause(key, false);
    this.options.run(key);
  }
}
