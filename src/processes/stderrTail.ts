const MAX_LINES = 20;
const MAX_CHARACTERS = 8 * 1024;

/** Keeps the last lines of a text that comes in pieces, whatever its length. */
export class StderrTail {
  #text = '';

  push(piece: string): void {
    const text = this.#text + piece;
    this.#text = text.length > 2 * MAX_CHARACTERS ? text.slice(-MAX_CHARACTERS) : text;
  }

  /** A line of our own, after what the process wrote. */
  note(line: string): void {
    const isMidLine = this.#text.length > 0 && !this.#text.endsWith('\n');
    this.push(`${isMidLine ? '\n' : ''}${line}\n`);
  }

  toString(): string {
    const lines = this.#text.slice(-MAX_CHARACTERS).trimEnd().split('\n');
    return lines.slice(-MAX_LINES).join('\n');
  }
}
