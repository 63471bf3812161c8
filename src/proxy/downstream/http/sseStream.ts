import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../common/clock.ts';
import type { Disposable } from '../../../common/disposable.ts';

/** A connection without bytes looks dead to what stands between, and to Node's fetch. */
export const KEEP_ALIVE_MS = 15_000;
/** How soon a client that lost its stream should come back for the rest. */
const RETRY_MS = 1_000;
/** What may wait for a reader before the server is held. */
export const FULL_BYTES = 4 * 1024 * 1024;

/** How a stream of events begins and how it is kept open. */
export interface SseOptions {
  readonly clock: Clock;
  readonly headers?: Readonly<Record<string, string>>;
  /** The client does not read (`true`), or reads again or is gone (`false`). */
  readonly onFull: (isFull: boolean) => void;
  /** The connection has ended, by whichever side; told once. */
  readonly onClose: () => void;
}

/** The answer to one HTTP request as a stream of server-sent events. */
export class SseStream {
  #keepAlive: Disposable | null = null;
  #isFull = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: SseOptions,
  ) {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
      ...options.headers,
    });
    response.flushHeaders();
    response.once('close', () => this.#closed());
    response.on('drain', () => this.#setFull(false));
    this.#scheduleKeepAlive();
  }

  get isOpen(): boolean {
    return !this.response.destroyed && !this.response.writableEnded;
  }

  /** Writes a message; with an id, the client can ask for what came after it. */
  send(line: string, eventId?: string): void {
    const id = eventId === undefined ? '' : `id: ${eventId}\n`;
    this.#write(`event: message\n${id}data: ${inOneLine(line)}\n\n`);
  }

  /** An event without data: whoever loses the stream now knows where it was. */
  prime(eventId: string): void {
    this.#write(`id: ${eventId}\nretry: ${RETRY_MS}\ndata:\n\n`);
  }

  end(): void {
    this.#keepAlive?.dispose();
    if (this.isOpen) this.response.end();
  }

  #write(text: string): void {
    if (!this.isOpen) return;
    this.response.write(text);
    if (this.response.writableLength > FULL_BYTES) this.#setFull(true);
  }

  #scheduleKeepAlive(): void {
    this.#keepAlive = this.options.clock.after(KEEP_ALIVE_MS, () => {
      this.#write(': keep-alive\n\n');
      this.#scheduleKeepAlive();
    });
  }

  #closed(): void {
    this.#keepAlive?.dispose();
    this.#setFull(false);
    this.options.onClose();
  }

  #setFull(isFull: boolean): void {
    if (this.#isFull === isFull) return;
    this.#isFull = isFull;
    this.options.onFull(isFull);
  }
}

/** A line of stdio may hold a carriage return between members: here it would end the field. */
function inOneLine(line: string): string {
  return line.includes('\r') ? line.replaceAll('\r', ' ') : line;
}
