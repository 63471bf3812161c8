import type { RequestId } from './hostMessage.ts';

/** Requests that the upstream put to the host (roots, sampling, elicitation). */
export class UpstreamQuestions {
  readonly #open = new Set<RequestId>();
  /** Asked over a link that is gone: their answers would reach somebody else's question. */
  readonly #stale = new Set<RequestId>();

  asked(id: RequestId): void {
    this.#open.add(id);
    this.#stale.delete(id);
  }

  /** The upstream has taken the question back. */
  withdrawn(id: RequestId): void {
    this.#open.delete(id);
  }

  /** Whether the answer still has somebody to go to. */
  answered(id: RequestId): boolean {
    this.#open.delete(id);
    return !this.#stale.delete(id);
  }

  /** The link is gone; tells what the host need not answer any more. */
  abandonAll(): RequestId[] {
    const abandoned = [...this.#open];
    this.#open.clear();
    for (const id of abandoned) this.#stale.add(id);
    return abandoned;
  }
}
