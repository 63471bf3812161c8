import type { Clock } from '../common/clock.ts';
import type { Disposable } from '../common/disposable.ts';

export interface IdleExitOptions {
  readonly clock: Clock;
  readonly idleExitMs: number;
  /** Nothing live and nobody attached. */
  readonly isIdle: () => boolean;
  /** Called once, when that has held for the whole time. */
  readonly onIdle: () => void;
}

/** Ends a broker that nobody needs. Call `update` whenever the answer of `isIdle` may have changed. */
export class IdleExit implements Disposable {
  readonly #options: IdleExitOptions;
  #timer: Disposable | undefined;
  #isOver = false;

  constructor(options: IdleExitOptions) {
    this.#options = options;
    this.update();
  }

  update(): void {
    if (this.#isOver) return;
    if (!this.#options.isIdle()) this.#stop();
    else this.#timer ??= this.#options.clock.after(this.#options.idleExitMs, () => this.#expire());
  }

  dispose(): void {
    this.#isOver = true;
    this.#stop();
  }

  #stop(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  #expire(): void {
    this.#timer = undefined;
    if (this.#isOver || !this.#options.isIdle()) return;
    this.#isOver = true;
    this.#options.onIdle();
  }
}
