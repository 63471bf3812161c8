import { type Disposable, toDisposable } from './disposable.ts';

/** Time as a port, so that tests own it. */
export interface Clock {
  /** Wall time in ms since the epoch: for records and people, never for measuring. */
  now(): number;
  /** Monotonic ms: for durations and deadlines. */
  monotonic(): number;
  /** Runs once after `delayMs`; disposing cancels. Does not keep the process alive. */
  after(delayMs: number, run: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return toDisposable(() => clearTimeout(timer));
  },
};
