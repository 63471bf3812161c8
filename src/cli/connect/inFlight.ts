import type { RequestId } from './hostMessage.ts';

interface Entry {
  readonly line: string;
  readonly arrivedMs: number;
  isCancelled: boolean;
}

export interface FlightRequest {
  readonly id: RequestId;
  /** Kept for `initialize` alone, which is sent again; else empty, because lines may be large. */
  readonly line: string;
  readonly arrivedMs: number;
}

/** The host's requests that went out and have not been answered: each gets one answer. */
export class InFlight {
  readonly #entries = new Map<RequestId, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  add({ id, line, arrivedMs }: FlightRequest): void {
    this.#entries.set(id, { line, arrivedMs, isCancelled: false });
  }

  /** False when the request has been answered or was never made: then the cancel means nothing. */
  cancel(id: RequestId): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    entry.isCancelled = true;
    return true;
  }

  /** What to do with an answer. `unknown`: a second one, or one that nobody asked for. */
  settle(id: RequestId): 'deliver' | 'drop' | 'unknown' {
    const entry = this.#entries.get(id);
    if (entry === undefined) return 'unknown';
    this.#entries.delete(id);
    return entry.isCancelled ? 'drop' : 'deliver';
  }

  /** Empties the table; tells those that still want an answer. */
  takeUnanswered(): FlightRequest[] {
    const entries = [...this.#entries];
    this.#entries.clear();
    return entries
      .filter(([, entry]) => !entry.isCancelled)
      .map(([id, { line, arrivedMs }]) => ({ id, line, arrivedMs }));
  }
}
