import { type EventLog, eventIdOf } from './eventLog.ts';
import type { SseStream } from './sseStream.ts';

/**
 * A stream as the client knows it, which outlives its connection: what nobody reads now is read
 * later, by whoever comes with the id of the last event seen.
 */
export class ReplayStream {
  /** Requests (ids as JSON text) whose answers belong here. */
  readonly pending = new Set<string>();
  #sink: SseStream | null = null;
  #sentUpTo = 0;

  constructor(
    readonly number: number,
    private readonly log: EventLog,
  ) {}

  get isRead(): boolean {
    return this.#sink !== null;
  }

  send(line: string): void {
    const event = this.log.add(this.number, line);
    if (this.#sink === null) return;
    this.#sink.send(line, eventIdOf(event));
    this.#sentUpTo = event.number;
  }

  /** From now on this connection reads, beginning after event `after`, else with what is unread. */
  attach(sink: SseStream, after = this.#sentUpTo): void {
    this.#sink?.end();
    this.#sink = sink;
    for (const event of this.log.after(this.number, after)) {
      sink.send(event.line, eventIdOf(event));
      this.#sentUpTo = Math.max(this.#sentUpTo, event.number);
    }
  }

  /** This connection has gone, or another has taken its place before. */
  detach(sink: SseStream): void {
    if (this.#sink === sink) this.#sink = null;
  }

  /** Nothing more will come. */
  end(): void {
    this.#sink?.end();
    this.#sink = null;
  }
}
