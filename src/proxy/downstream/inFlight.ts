import type { JoinedCall } from './joinedCall.ts';
import type { ToolCall } from './toolCall.ts';

/** Why an upstream is asked to stop when the host, which has cancelled, said nothing itself. */
export const CANCELLED_BY_CLIENT = 'The client cancelled the request.';

/** What a downstream request has become. */
export type FlightEntry =
  | { readonly kind: 'forwarded'; readonly cancel: (reason: string) => void }
  | ToolCall
  | JoinedCall
  | { readonly kind: 'own'; readonly abort: AbortController };

/** Nobody waits for it any more: a call becomes a task where it may, all else is cancelled. */
export function abandon(entry: FlightEntry): void {
  if (entry.kind === 'call' || entry.kind === 'joined') entry.detach();
  if (entry.kind === 'own') entry.abort.abort();
  if (entry.kind === 'forwarded') entry.cancel(CANCELLED_BY_CLIENT);
}

/** How many answered calls are remembered, for the notice that an answer was never written. */
const REMEMBERED_ANSWERS = 256;

/** A connection's requests in flight, by id as JSON text; ids may come again once answered. */
export class InFlight {
  readonly #open = new Map<string, FlightEntry>();
  /** Whose id came again before they were answered; the end of the connection is theirs, too. */
  readonly #shadowed = new Set<FlightEntry>();
  readonly #answered = new Map<string, ToolCall>();

  add(id: string, entry: FlightEntry): void {
    const earlier = this.#open.get(id);
    if (earlier !== undefined && earlier !== entry) this.#shadow(earlier);
    this.#open.set(id, entry);
    // An id that comes again stands for the later request from now on.
    if (this.#answered.size > 0) this.#answered.delete(id);
  }

  get(id: string): FlightEntry | undefined {
    return this.#open.get(id);
  }

  delete(id: string): void {
    this.#open.delete(id);
  }

  /** Removes the request if it is still this one; false when it was taken back meanwhile. */
  take(id: string, entry: FlightEntry): boolean {
    this.#shadowed.delete(entry);
    return this.#open.get(id) === entry && this.#open.delete(id);
  }

  /** The call has been answered with a handle; under an id that has come again, nobody asks for it. */
  handedOff(id: string, call: ToolCall): void {
    if (!this.take(id, call)) return;
    this.#answered.set(id, call);
    if (this.#answered.size <= REMEMBERED_ANSWERS) return;
    const oldest = this.#answered.keys().next().value;
    if (oldest !== undefined) this.#answered.delete(oldest);
  }

  /** The call whose handle was on its way to a request that had been cancelled. */
  takeAnswered(id: string): ToolCall | undefined {
    const call = this.#answered.get(id);
    this.#answered.delete(id);
    return call;
  }

  all(): FlightEntry[] {
    return [...this.#open.values(), ...this.#shadowed];
  }

  clear(): void {
    this.#open.clear();
    this.#shadowed.clear();
  }

  #shadow(entry: FlightEntry): void {
    this.#shadowed.add(entry);
    const [oldest] = this.#shadowed;
    if (this.#shadowed.size <= REMEMBERED_ANSWERS || oldest === undefined) return;
    this.#shadowed.delete(oldest);
    abandon(oldest);
  }
}
