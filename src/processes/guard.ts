import type { Socket } from 'node:net';

/** Our end of the pipe whose other end only the guard of one process group holds. */
export class Guard {
  /** Settles when the guard has told its pid, or is gone. */
  readonly ready: Promise<void>;
  readonly gone: Promise<void>;
  #pid: number | null = null;
  #isGone = false;

  constructor(pipe: Socket, feed: string) {
    pipe.on('error', () => pipe.destroy());
    this.gone = new Promise((resolve) => {
      pipe.once('close', () => {
        this.#isGone = true;
        resolve();
      });
    });
    const told = new Promise<void>((resolve) => {
      pipe.on('data', (chunk: Buffer) => {
        this.#pid ??= Number.parseInt(chunk.toString('latin1'), 10);
        resolve();
      });
    });
    this.ready = Promise.race([told, this.gone]);
    if (feed.length > 0) pipe.write(feed);
  }

  /** `null` until it has told. */
  get pid(): number | null {
    return this.#pid;
  }

  get isGone(): boolean {
    return this.#isGone;
  }
}
