import type { Socket } from 'node:net';
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';

export interface LinkKeeperOptions {
  /** One attempt; the socket comes paused. */
  readonly open: (signal: AbortSignal) => Promise<Socket>;
  /** A link is up; whoever takes it reads it from here on. */
  readonly onUp: (socket: Socket) => void;
  readonly onDown: () => void;
  /** An attempt failed; `false` ends all attempts. */
  readonly onFailure: (error: unknown) => boolean;
  readonly clock: Clock;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/** Keeps one link to the broker, for ever: opens it, and opens it again when it breaks. */
export class LinkKeeper implements Disposable {
  readonly #abort = new AbortController();
  #socket: Socket | undefined;
  #timer: Disposable | undefined;
  #pauseMs = 0;

  constructor(private readonly options: LinkKeeperOptions) {}

  get socket(): Socket | undefined {
    return this.#socket;
  }

  start(): void {
    void this.#attempt();
  }

  /** The link has proved to be good for something: the next break is repaired at once. */
  proved(): void {
    this.#pauseMs = 0;
  }

  /** No new attempts; the socket, if any, is left to whoever ends it. */
  dispose(): void {
    this.#abort.abort();
    this.#timer?.dispose();
  }

  async #attempt(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const socket = await this.options.open(signal);
      if (signal.aborted) socket.destroy();
      else this.#hold(socket);
    } catch (error) {
      if (signal.aborted) return;
      if (this.options.onFailure(error)) this.#attemptLater();
    }
  }

  #hold(socket: Socket): void {
    this.#socket = socket;
    // A link that breaks before anything came through it counts as a failed attempt.
    this.#grow();
    socket.once('close', () => {
      this.#socket = undefined;
      if (this.#abort.signal.aborted) return;
      this.options.onDown();
      this.#attemptLater();
    });
    this.options.onUp(socket);
    if (socket.destroyed) return;
    socket.resume();
  }

  #attemptLater(): void {
    this.#timer = this.options.clock.after(this.#pauseMs, () => void this.#attempt());
    this.#grow();
  }

  #grow(): void {
    this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2), LONGEST_PAUSE_MS);
  }
}
