import { TaskHandlesError } from './errors.ts';

/** The longest line taken from a wire: twice the largest message promised to pass (P12). */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

const NEWLINE = 0x0a;

/** Whether the line being worked on right now is the last whole one of its chunk. */
let isLast = false;

/**
 * For writers: what this line causes may leave at once, since nothing follows it that it could
 * share a system call with. False outside of a reader's `onLine`.
 */
export function isLastOfChunk(): boolean {
  return isLast;
}

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
    if (this.#parts.length > 0) {
      const end = chunk.indexOf(NEWLINE);
      if (end === -1) {
        this.#keep(chunk);
        return;
      }
      this.#emitPending(chunk.subarray(0, end), end === chunk.lastIndexOf(NEWLINE));
      start = end + 1;
    }
    const last = chunk.lastIndexOf(NEWLINE);
    if (last >= start) this.#emitLines(chunk.toString('utf8', start, last));
    if (last + 1 < chunk.length) this.#keep(chunk.subarray(Math.max(start, last + 1)));
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

  #emitPending(tail: Buffer, isLastLine: boolean): void {
    const bytes = Buffer.concat([...this.#parts, tail]);
    this.#parts = [];
    this.#pendingBytes = 0;
    this.#emit(bytes.toString('utf8'), isLastLine);
  }

  /** A chunk's whole lines are decoded in one piece: a piece for each costs more than reading it. */
  #emitLines(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#emit(text.slice(start, end), false);
      start = end + 1;
    }
    this.#emit(text.slice(start), true);
  }

  #emit(line: string, isLastLine: boolean): void {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text.length === 0) return;
    isLast = isLastLine;
    try {
      this.onLine(text);
    } finally {
      isLast = false;
    }
  }
}
