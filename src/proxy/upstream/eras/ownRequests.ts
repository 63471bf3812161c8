import { requestLine } from '../../wire/jsonRpc.ts';
import type { WireMessage } from '../../wire/wireMessage.ts';

type OnAnswer = (answer: WireMessage) => void;

/**
 * Where the ids of bridges begin: far above those that `Upstream` counts from 1, and small enough
 * for servers that keep ids in 32 bits.
 */
const FIRST_ID = 2_000_000_000;
const LAST_ID = 2_147_483_647;
/** Most of what is given up is never answered: of that the latest is kept in mind. */
const KEPT = 100;
/** One count for all: what was asked before a bridge was there may be answered to it. */
let lastId = FIRST_ID;

/** A bridge's own requests to the server. Whoever asks waits for the exit by itself. */
export class OwnRequests {
  readonly #pending = new Map<string, OnAnswer>();
  readonly #forgotten = new Set<string>();

  constructor(private readonly send: (line: string) => void) {}

  /** An id that no other request has. */
  nextId(): number {
    lastId = lastId < LAST_ID ? lastId + 1 : FIRST_ID;
    return lastId;
  }

  /** Returns the id; `onAnswer` is called once, or never if the server goes or it is forgotten. */
  ask(method: string, paramsText: string, onAnswer: OnAnswer): number {
    const id = this.nextId();
    this.#pending.set(String(id), onAnswer);
    this.send(requestLine(id, method, paramsText));
    return id;
  }

  /** Given up: an answer that still comes is nobody's, and goes no further. */
  forget(id: number): void {
    if (!this.#pending.delete(String(id))) return;
    this.#forgotten.add(String(id));
    const [oldest] = this.#forgotten;
    if (this.#forgotten.size > KEPT && oldest !== undefined) this.#forgotten.delete(oldest);
  }

  /** Whether the message answers one of these. */
  take(message: WireMessage): boolean {
    const { id } = message;
    if (message.kind !== 'response' || id === null) return false;
    const onAnswer = this.#pending.get(id);
    this.#pending.delete(id);
    onAnswer?.(message);
    return onAnswer !== undefined || this.#forgotten.delete(id);
  }
}
