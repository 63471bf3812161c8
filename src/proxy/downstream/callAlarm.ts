import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';

/** Something that wants to be told when a time (monotonic ms) has come; `Infinity`: never. */
export interface Due {
  readonly dueMs: number;
  onDue(nowMs: number): void;
}

/**
 * One timer for all calls: nearly every call ends long before anything is due, and two timers for
 * each would cost more than all that is read and written of it. After the last call the timer runs
 * out by itself.
 */
export class CallAlarm implements Disposable {
  #timer: Disposable | null = null;
  #ringsAtMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly all: () => Iterable<Due>,
  ) {}

  /** Makes sure that it rings by then. */
  set(dueMs: number): void {
    if (dueMs >= this.#ringsAtMs) return;
    this.#timer?.dispose();
    this.#ringsAtMs = dueMs;
    const delayMs = Math.max(0, dueMs - this.clock.monotonic());
    this.#timer = this.clock.after(delayMs, () => this.#ring());
  }

  dispose(): void {
    this.#timer?.dispose();
  }

  #ring(): void {
    this.#ringsAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.clock.monotonic();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const one of [...this.all()]) {
      if (one.dueMs <= nowMs) one.onDue(nowMs);
      nextMs = Math.min(nextMs, one.dueMs);
    }
    this.set(nextMs);
  }
}
