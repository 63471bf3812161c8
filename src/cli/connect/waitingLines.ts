import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import type { RequestId } from './hostMessage.ts';

/** A line of the host that the link could not take yet. */
export interface WaitingLine {
  readonly line: string;
  /** `null` for what needs no answer. */
  readonly id: RequestId | null;
  readonly method: string;
  readonly arrivedMs: number;
}

export interface WaitingLinesOptions {
  readonly waitMs: number;
  readonly clock: Clock;
  /** Told each request whose time is over; other lines are dropped without a word. */
  readonly onExpired: (id: RequestId) => void;
}

/** Keeps lines in order for a bounded time. */
export class WaitingLines implements Disposable {
  #lines: WaitingLine[] = [];
  #timer: Disposable | undefined;

  constructor(private readonly options: WaitingLinesOptions) {}

  get size(): number {
    return this.#lines.length;
  }

  push(line: WaitingLine): void {
    this.#lines.push(line);
    this.#arm();
  }

  /** For what is sent again: it goes before all others, with the time it has left. */
  putFirst(lines: readonly WaitingLine[]): void {
    this.#lines.unshift(...lines);
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#arm();
  }

  /** Takes a request out; false when it does not wait here. */
  remove(id: RequestId): boolean {
    const index = this.#lines.findIndex((line) => line.id === id);
    if (index === -1) return false;
    this.#lines.splice(index, 1);
    return true;
  }

  takeAll(): WaitingLine[] {
    const lines = this.#lines;
    this.dispose();
    return lines;
  }

  dispose(): void {
    this.#lines = [];
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#lines.length === 0) return;
    const { clock, waitMs } = this.options;
    const first = Math.min(...this.#lines.map((line) => line.arrivedMs));
    const delayMs = Math.max(0, first + waitMs - clock.monotonic());
    this.#timer = clock.after(delayMs, () => this.#expire());
  }

  #expire(): void {
    this.#timer = undefined;
    const { clock, waitMs, onExpired } = this.options;
    const limit = clock.monotonic() - waitMs;
    const expired = this.#lines.filter((line) => line.arrivedMs <= limit);
    this.#lines = this.#lines.filter((line) => line.arrivedMs > limit);
    this.#arm();
    for (const { id } of expired) if (id !== null) onExpired(id);
  }
}
