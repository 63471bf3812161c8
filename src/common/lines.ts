import { TaskHandlesError } from './errors.ts';

/** The longest line taken from a wire: twice the largest message promised to pass (P12). */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * Cuts a byte stream into lines without copying a growing buffer for each chunk.
 * Throws `invalid_message` when a line exceeds the limit; the reader is then unusable.
 */
export class LineReader {
  #parts: Buffer[] = [];
  #pendingBytes = 0;

  constructor(
    private readonly onLine: (line: string) => void,
    private readonly maxLineBytes = MAX_LINE_BYTES,
  ) {}

  push(chunk: Buffer): void {
    let start = 0;
    for (
      let end = chunk.indexOf(NEWLINE);
      end !== -1;
      start = end + 1, end = chunk.indexOf(NEWLINE, start)
    ) {
      this.#emit(chunk.subarray(start, end));
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** Takes back the bytes after the last newline, for whoever reads on. */
  takeRest(): Buffer {
    const rest = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#pendingBytes = 0;
    return rest;
  }

  #keep(part: Buffer): void {
    this.#pendingBytes += part.length;
    if (this.#pendingBytes > this.maxLineBytes) {
      throw new TaskHandlesError(
        'invalid_message',
        `A message is longer than ${this.maxLineBytes} bytes; it was refused.`,
      );
    }
    this.#parts.push(part);
  }

  #emit(tail: Buffer): void {
    const bytes = this.#parts.length === 0 ? tail : Buffer.concat([...this.#parts, tail]);
    this.#parts = [];
    this.#pendingBytes = 0;
    const line = bytes.toString('utf8');
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text.length > 0) this.onLine(text);
  }
}
