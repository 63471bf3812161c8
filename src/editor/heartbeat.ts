import type { Clock } from '../common/clock.ts';
import type { Disposable } from '../common/disposable.ts';

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** Rejects when the link ends, which is told elsewhere. */
  readonly ask: () => Promise<unknown>;
  readonly onSilence: () => void;
}

const EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 5_000;

/** A broker that is stopped keeps its sockets open: only a question shows that nobody is there. */
export class Heartbeat implements Disposable {
  #timer: Disposable;
  #isDisposed = false;

  constructor(private readonly options: HeartbeatOptions) {
    this.#timer = this.#beatLater();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#timer.dispose();
  }

  #beatLater(): Disposable {
    return this.options.clock.after(EVERY_MS, () => void this.#beat());
  }

  async #beat(): Promise<void> {
    const { clock, ask, onSilence } = this.options;
    const silence = clock.after(ANSWER_WITHIN_MS, onSilence);
    this.#timer = silence;
    try {
      await ask();
    } catch {
      return;
    } finally {
      silence.dispose();
    }
    if (!this.#isDisposed) this.#timer = this.#beatLater();
  }
}
