import type { Readable, Writable } from 'node:stream';
import type { Disposable } from '../../common/disposable.ts';
import { TaskHandlesError } from '../../common/errors.ts';
import { isLastOfChunk, LineReader } from '../../common/lines.ts';

/** Above this the other side is not read on; below it an end of input is never overlooked. */
const FULL_BYTES = 32 * 1024 * 1024;

export interface LineWireOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly onLine: (line: string) => void;
  /** After all lines of a chunk. */
  readonly onChunk: () => void;
  /** A line was longer than the limit; the rest of it is skipped. */
  readonly onTooLong: () => void;
}

/**
 * Lines both ways over a pair of streams. All that is sent while one chunk is worked on goes out
 * in one write: a write per line would cost a system call per message.
 */
export class LineWire implements Disposable {
  #reader: LineReader;
  #outgoing: string[] = [];
  #isSkipping = false;
  readonly #onChunk = (chunk: Buffer) => this.#take(chunk);

  constructor(private readonly options: LineWireOptions) {
    this.#reader = new LineReader(options.onLine);
    options.input.on('data', this.#onChunk);
  }

  /** Stops reading the other side while this one has too much to write. */
  holdsBack(other: Readable): void {
    const { output } = this.options;
    if (output.writableLength < FULL_BYTES || other.isPaused()) return;
    other.pause();
    output.once('drain', () => other.resume());
  }

  send(line: string): void {
    const waiting = this.#outgoing.push(line);
    if (isLastOfChunk()) this.flush();
    else if (waiting === 1) process.nextTick(this.#flushLater);
  }

  readonly #flushLater = (): void => this.flush();

  flush(): void {
    const lines = this.#outgoing;
    if (lines.length === 0) return;
    this.#outgoing = [];
    const { output } = this.options;
    if (!output.writable) return;
    output.write(lines.length === 1 ? `${lines[0]}\n` : `${lines.join('\n')}\n`);
  }

  /** Stops reading and gives back what has been read of an unfinished line. */
  takeRest(): Buffer {
    this.dispose();
    return this.#reader.takeRest();
  }

  dispose(): void {
    this.options.input.off('data', this.#onChunk);
  }

  #take(chunk: Buffer): void {
    this.#read(chunk);
    this.options.onChunk();
  }

  #read(chunk: Buffer): void {
    let rest = chunk;
    if (this.#isSkipping) {
      const end = chunk.indexOf(0x0a);
      if (end === -1) return;
      this.#isSkipping = false;
      rest = chunk.subarray(end + 1);
    }
    try {
      this.#reader.push(rest);
    } catch (error) {
      if (!TaskHandlesError.is(error, 'invalid_message')) throw error;
      // The reader cannot be used on, its stream can.
      this.#reader = new LineReader(this.options.onLine);
      this.#isSkipping = true;
      this.options.onTooLong();
    }
  }
}
