import type { Writable } from 'node:stream';
import { isLastOfChunk } from './lines.ts';

/** Beyond this, joining lines saves nothing any more. */
const MAX_WAITING = 64 * 1024;

/**
 * Writes lines to a pipe, those of one tick (promise callbacks included) together: one system call
 * for a burst. What the last line of a chunk causes leaves at once: the other side begins while we
 * are still putting our books in order.
 */
export class LineWriter {
  readonly #pipe: Writable;
  #waiting = '';

  constructor(pipe: Writable) {
    this.#pipe = pipe;
    pipe.on('error', () => pipe.destroy());
  }

  /** False when the pipe is full or gone; a line for a full pipe is kept all the same. */
  write(line: string): boolean {
    if (!this.#pipe.writable) return false;
    const isFirst = this.#waiting.length === 0;
    this.#waiting += `${line}\n`;
    if (isLastOfChunk() || this.#waiting.length > MAX_WAITING) this.#flush();
    else if (isFirst) process.nextTick(this.#flush);
    return !this.#pipe.writableNeedDrain;
  }

  /** Everything written before goes out first. */
  end(): void {
    this.#flush();
    if (this.#pipe.writable) this.#pipe.end();
  }

  readonly #flush = (): void => {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = '';
    if (this.#pipe.writable) this.#pipe.write(waiting);
  };
}
