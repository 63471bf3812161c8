import type { Due } from './callAlarm.ts';
import { CallFacts } from './callFacts.ts';
import { ROW_AFTER_MS } from './liveCalls.ts';

/** When a call that is no task yet becomes a row for people, and when it is handed off. */
export abstract class TimedCall extends CallFacts implements Due {
  #rowDueMs = Number.POSITIVE_INFINITY;
  #handOffDueMs = Number.POSITIVE_INFINITY;

  abstract handOff(): Promise<void>;
  /** From now on people see the call. */
  protected abstract show(): void;
  /** `onDue` is to be called when `dueMs` has come. */
  protected abstract watch(): void;

  /** When something is to be done next (monotonic ms). */
  get dueMs(): number {
    return Math.min(this.#rowDueMs, this.#handOffDueMs);
  }

  onDue(nowMs: number): void {
    if (nowMs >= this.#rowDueMs) {
      this.#rowDueMs = Number.POSITIVE_INFINITY;
      this.show();
    }
    if (nowMs >= this.#handOffDueMs) {
      this.#handOffDueMs = Number.POSITIVE_INFINITY;
      void this.handOff();
    }
  }

  protected armClocks(): void {
    const { context, policy } = this.options;
    const nowMs = context.clock.monotonic();
    this.#rowDueMs = nowMs + ROW_AFTER_MS;
    if (policy.policy === 'auto') this.#handOffDueMs = nowMs + policy.handOffAfterMs;
    this.watch();
  }

  protected disarmClocks(): void {
    this.#rowDueMs = Number.POSITIVE_INFINITY;
    this.#handOffDueMs = Number.POSITIVE_INFINITY;
  }

  /** There will be no hand-off; people see the call all the same. */
  protected showLater(): void {
    this.#rowDueMs = this.options.context.clock.monotonic() + ROW_AFTER_MS;
    this.watch();
  }
}
