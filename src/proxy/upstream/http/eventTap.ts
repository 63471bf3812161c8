import { TaskHandlesError } from '../../../common/errors.ts';
import { MAX_LINE_BYTES } from '../../../common/lines.ts';

/** Takes the text of one message, or of what should be one. */
export type TakeText = (text: string) => Taken;
/** What a message of the server was: the answer that its stream was opened for, or something beside it. */
export type Taken = 'response' | 'other';

/** What the transport reads in the place of a message: whether it was the answer is all it needs. */
const STANDS_FOR: Readonly<Record<Taken, string>> = {
  response: '{"jsonrpc":"2.0","id":0,"result":{}}',
  other: '{"jsonrpc":"2.0","method":"taken"}',
};

const LINE_END = /\r\n|\r|\n/g;

/**
 * Takes the messages out of a stream of events, byte for byte as the server wrote them: through the
 * transport, large numbers and unknown members would be lost. Ids, retry times and all other events
 * go on to the transport, which keeps the stream.
 */
export class EventTap {
  readonly #decoder = new TextDecoder();
  #rest = '';
  #hasEndedInCr = false;
  #data: string | null = null;
  #isMessage = true;

  constructor(private readonly take: TakeText) {}

  /** Answers what the transport is to read; throws `invalid_message` at a line without an end. */
  push(chunk: Uint8Array): string {
    const text = this.#decode(chunk);
    let passed = '';
    let from = 0;
    for (const { index, 0: end } of text.matchAll(LINE_END)) {
      passed += this.#takeLine(this.#rest + text.slice(from, index));
      this.#rest = '';
      from = index + end.length;
    }
    this.#rest += text.slice(from);
    if (this.#rest.length + (this.#data?.length ?? 0) > MAX_LINE_BYTES) throw tooLong();
    return passed;
  }

  /** A CR ends a line; an LF that the next chunk begins with belongs to it. */
  #decode(chunk: Uint8Array): string {
    const text = this.#decoder.decode(chunk, { stream: true });
    const fresh = this.#hasEndedInCr && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') this.#hasEndedInCr = text.endsWith('\r');
    return fresh;
  }

  #takeLine(line: string): string {
    if (line === '') return this.#endEvent();
    const value = fieldOf(line, 'data');
    if (value !== null) {
      this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
      return '';
    }
    const type = fieldOf(line, 'event');
    if (type !== null) this.#isMessage = type === '' || type === 'message';
    return `${line}\n`;
  }

  #endEvent(): string {
    const data = this.#data;
    const isMessage = this.#isMessage;
    this.#data = null;
    this.#isMessage = true;
    if (data === null) return '\n';
    if (data !== '' && isMessage) return `data: ${STANDS_FOR[this.take(data)]}\n\n`;
    return `data: ${data.replaceAll('\n', '\ndata: ')}\n\n`;
  }
}

/** Takes a body that is one message, or a batch, as `EventTap` does. */
export class BodyTap {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(private readonly take: TakeText) {}

  push(chunk: Uint8Array): string {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_LINE_BYTES) throw tooLong();
    this.#chunks.push(chunk);
    return '';
  }

  end(): string {
    const text = new TextDecoder().decode(Buffer.concat(this.#chunks));
    return STANDS_FOR[this.take(text)];
  }
}

/** The value of a line, if it is one of this field (HTML standard, 9.2.6). */
function fieldOf(line: string, field: string): string | null {
  if (line === field) return '';
  if (!line.startsWith(`${field}:`)) return null;
  const at = field.length + 1;
  return line.slice(line[at] === ' ' ? at + 1 : at);
}

function tooLong(): TaskHandlesError {
  return new TaskHandlesError(
    'invalid_message',
    `A message is longer than ${MAX_LINE_BYTES} bytes; it was refused.`,
  );
}
