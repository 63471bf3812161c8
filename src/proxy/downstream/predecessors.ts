import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import type { CallFacts } from './callFacts.ts';
import type { ToolCall } from './toolCall.ts';

/** A later repeat is a new wish. */
const REPEAT_WITHIN_MS = 60_000;

interface Entry {
  readonly call: ToolCall;
  readonly brokenAtMs: number;
  readonly expiry: Disposable;
}

/**
 * Calls whose connection broke before they were answered: an equal call of a connection that was
 * opened after that is a repeat, and joins instead of running a second time (P2). In memory only:
 * when a broker dies, `connect` answers each request in flight, so a new broker maps nothing.
 */
export class Predecessors implements Disposable {
  readonly #entries = new Map<string, Entry[]>();

  constructor(private readonly clock: Clock) {}

  /** The call's connection has broken; whoever asked has heard nothing. */
  add(call: ToolCall): void {
    const key = keyOf(call);
    const expiry = this.clock.after(REPEAT_WITHIN_MS, () => this.#remove(key, entry));
    const entry: Entry = { call, brokenAtMs: this.clock.monotonic(), expiry };
    this.#entries.set(key, [...(this.#entries.get(key) ?? []), entry]);
  }

  /**
   * The oldest equal call that broke before this one's connection was opened; each is given once.
   * Costs nothing while no connection has broken: arguments are hashed only then.
   */
  claim(call: CallFacts, openedAtMs: number): ToolCall | null {
    if (this.#entries.size === 0) return null;
    const key = keyOf(call);
    const entry = this.#entries.get(key)?.find(({ brokenAtMs }) => brokenAtMs <= openedAtMs);
    if (entry === undefined) return null;
    this.#remove(key, entry);
    return entry.call;
  }

  dispose(): void {
    for (const entry of [...this.#entries.values()].flat()) entry.expiry.dispose();
    this.#entries.clear();
  }

  #remove(key: string, entry: Entry): void {
    entry.expiry.dispose();
    const others = (this.#entries.get(key) ?? []).filter((other) => other !== entry);
    if (others.length > 0) this.#entries.set(key, others);
    else this.#entries.delete(key);
  }
}

function keyOf({ route, tool, argumentsHash, client }: CallFacts): string {
  const { name, conversationId } = client;
  return JSON.stringify([route.workspace, route.name, tool, argumentsHash, conversationId, name]);
}
