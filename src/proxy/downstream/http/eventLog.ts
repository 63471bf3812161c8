/** One message of a session, under the stream that it belongs to. */
export interface LoggedEvent {
  readonly stream: number;
  readonly number: number;
  readonly line: string;
}

/** What a session keeps for clients that lost a stream. */
const MAX_LOG_BYTES = 8 * 1024 * 1024;

/**
 * The last messages of one session, for resumption by `Last-Event-ID` (2025-11-25, transports).
 * Bounded: the oldest go first, the last one stays whatever its size. In memory only.
 */
export class EventLog {
  #events: LoggedEvent[] = [];
  #bytes = 0;
  #lastNumber = 0;

  constructor(private readonly maxBytes = MAX_LOG_BYTES) {}

  add(stream: number, line: string): LoggedEvent {
    this.#lastNumber += 1;
    const event = { stream, number: this.#lastNumber, line };
    this.#events.push(event);
    this.#bytes += line.length;
    this.#evict();
    return event;
  }

  /** What came on this stream after that event. */
  after(stream: number, number: number): LoggedEvent[] {
    return this.#events.filter((event) => event.stream === stream && event.number > number);
  }

  /** Down to half, so that a full log does not move at each event. */
  #evict(): void {
    if (this.#bytes <= this.maxBytes) return;
    let gone = 0;
    while (this.#bytes > this.maxBytes / 2 && gone < this.#events.length - 1) {
      this.#bytes -= this.#events[gone]?.line.length ?? 0;
      gone += 1;
    }
    this.#events = this.#events.slice(gone);
  }
}

/** An event's id on the wire: unique in its session, and naming its stream. */
export function eventIdOf({ stream, number }: Pick<LoggedEvent, 'stream' | 'number'>): string {
  return `${stream}-${number}`;
}

/** Reads a `Last-Event-ID`; `null` when we never gave out such a one. */
export function parseEventId(id: string): Pick<LoggedEvent, 'stream' | 'number'> | null {
  const parts = /^(\d{1,15})-(\d{1,15})$/.exec(id);
  return parts === null ? null : { stream: Number(parts[1]), number: Number(parts[2]) };
}
