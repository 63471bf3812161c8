import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';

/** Between two portions of what is told. */
const REST_MS = 250;

/** Tells keys together, soon, and not too often; the last mark of a key is never lost. */
export class Coalescer implements Disposable {
  readonly #marked = new Set<string>();
  #timer: Disposable | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly tell: (keys: readonly string[]) => void,
  ) {}

  mark(key: string, withinMs: number): void {
    this.#marked.add(key);
    const now = this.clock.monotonic();
    const dueMs = Math.max(now + withinMs, this.#lastMs + REST_MS);
    if (dueMs >= this.#dueMs) return;
    this.#timer?.dispose();
    this.#dueMs = dueMs;
    this.#timer = this.clock.after(dueMs - now, () => this.#flush());
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#marked.clear();
  }

  #flush(): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    this.#lastMs = this.clock.monotonic();
    const keys = [...this.#marked];
    this.#marked.clear();
    this.tell(keys);
  }
}
