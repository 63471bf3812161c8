import { Method } from '../../wire/mcpNames.ts';
import { progressTokenOf, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import { EventLog, parseEventId } from './eventLog.ts';
import { ReplayStream } from './replayStream.ts';

/** The streams of one session: one for each POST that waits, and that of the client's GET. */
export class SessionStreams {
  readonly #log = new EventLog();
  /** Of requests without an answer yet, by request id (JSON text). */
  readonly #byRequest = new Map<string, ReplayStream>();
  readonly #byToken = new Map<string, { id: string; stream: ReplayStream }>();
  #lastNumber = 0;

  /** The stream of the client's GET: what belongs to no request. */
  readonly standing = new ReplayStream(0, this.#log);

  /** Whether something is on its way, or listened to. */
  get isBusy(): boolean {
    return this.#byRequest.size > 0 || this.standing.isRead;
  }

  isWaiting(id: string): boolean {
    return this.#byRequest.has(id);
  }

  /** The stream for the answers to these requests. */
  open(requests: readonly WireMessage[]): ReplayStream {
    this.#lastNumber += 1;
    const stream = new ReplayStream(this.#lastNumber, this.#log);
    for (const message of requests) this.#expect(message, stream);
    return stream;
  }

  /**
   * The stream that the event with this id was on, and the event's number; `null`: we never gave it
   * out. A stream that has ended is there for as long as its messages are kept.
   */
  at(eventId: string): { stream: ReplayStream; number: number; isLive: boolean } | null {
    const place = parseEventId(eventId);
    if (place === null || place.stream > this.#lastNumber) return null;
    const live = [this.standing, ...this.#byRequest.values()].find(
      ({ number }) => number === place.stream,
    );
    const stream = live ?? new ReplayStream(place.stream, this.#log);
    return { stream, number: place.number, isLive: live !== undefined };
  }

  /** Puts an answer where its request came from. */
  answer(message: WireMessage): void {
    const id = message.id ?? '';
    this.#byRequest.get(id)?.send(message.text);
    this.settle(id);
  }

  /** Progress belongs to its request, all else to the GET, or to any request that still waits. */
  tell(message: WireMessage): void {
    const token = message.method === Method.progress ? message.param('progressToken') : null;
    const own = token === null ? undefined : this.#byToken.get(sliceOf(message.text, token));
    (own?.stream ?? this.#anyRead()).send(message.text);
  }

  /** There will be no more for this request. */
  settle(id: string): void {
    const stream = this.#byRequest.get(id);
    if (stream === undefined) return;
    this.#byRequest.delete(id);
    for (const [token, of] of this.#byToken) if (of.id === id) this.#byToken.delete(token);
    stream.pending.delete(id);
    if (stream.pending.size === 0) stream.end();
  }

  end(): void {
    for (const stream of this.#byRequest.values()) stream.end();
    this.standing.end();
    this.#byRequest.clear();
    this.#byToken.clear();
  }

  #expect(message: WireMessage, stream: ReplayStream): void {
    const id = message.id ?? '';
    stream.pending.add(id);
    this.#byRequest.set(id, stream);
    const token = progressTokenOf(message);
    if (token !== null) this.#byToken.set(token, { id, stream });
  }

  #anyRead(): ReplayStream {
    if (this.standing.isRead) return this.standing;
    const waiting = [...this.#byRequest.values()];
    return waiting.findLast(({ isRead }) => isRead) ?? this.standing;
  }
}
