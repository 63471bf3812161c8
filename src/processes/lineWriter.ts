import type { Writable } from 'node:stream';

/** Beyond this, joining lines saves nothing any more. */
const MAX_WAITING = 64 * 1024;

/**
 * Writes lines to a pipe. The first line of a tick goes out at once, those that follow it in the
 * same tick together: one system call for a burst, no waiting for a single call.
 */
export class LineWriter {
  readonly #pipe: Writable;
  #waiting = '';
  #isTickOpen = false;

  constructor(pipe: Writable) {
    this.#pipe = pipe;
    pipe.on('error', () => pipe.destroy());
  }

  /** False when the pipe is full or gone; a line for a full pipe is kept all the same. */
  write(line: string): boolean {
    if (!this.#pipe.writable) return false;
    if (this.#isTickOpen) {
      this.#waiting += `${line}\n`;
      if (this.#waiting.length > MAX_WAITING) this.#flush();
      return !this.#pipe.writableNeedDrain;
    }
    this.#isTickOpen = true;
    setImmediate(this.#closeTick);
    return this.#pipe.write(`${line}\n`);
  }

  /** Everything written before goes out first. */
  end(): void {
    this.#closeTick();
    if (this.#pipe.writable) this.#pipe.end();
  }

  readonly #closeTick = (): void => {
    this.#isTickOpen = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = '';
    if (this.#pipe.writable) this.#pipe.write(waiting);
  }
}
