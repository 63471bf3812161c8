import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../common/clock.ts';
import type { Disposable } from '../../../common/disposable.ts';
import { isJsonObject } from '../../../common/json.ts';
import { WireErrorCode } from '../../wire/jsonRpc.ts';
import { Method } from '../../wire/mcpNames.ts';
import { parsedSpan, progressTokenOf, type WireMessage, withId } from '../../wire/wireMessage.ts';
import { answerJson } from './httpRefusal.ts';
import { KEEP_ALIVE_MS, SseStream } from './sseStream.ts';

/** Errors that have an HTTP status of their own (2026-07-28, transports). */
const STATUS_OF: Readonly<Record<number, number>> = {
  [WireErrorCode.parseError]: 400,
  [WireErrorCode.invalidRequest]: 400,
  [WireErrorCode.methodNotFound]: 404,
  [WireErrorCode.headerMismatch]: 400,
  [WireErrorCode.missingCapability]: 400,
  [WireErrorCode.unsupportedVersion]: 400,
};

/** What an exchange tells its session. */
export interface ExchangeOptions {
  readonly clock: Clock;
  readonly onFull: (isFull: boolean) => void;
  /** The client has left before its answer was on the wire. */
  readonly onAbandoned: (how: 'unanswered' | 'unwritten') => void;
}

/**
 * One HTTP request of the modern era and its answer: plain JSON when the answer comes first and
 * soon, else a stream of events that ends with it.
 */
export class ModernExchange {
  /** The client's own, as JSON text. */
  readonly id: string;
  readonly token: string | null;
  readonly method: string;
  #stream: SseStream | null = null;
  #isAnswered = false;
  readonly #patience: Disposable;

  constructor(
    request: WireMessage,
    private readonly response: ServerResponse,
    private readonly options: ExchangeOptions,
  ) {
    this.id = request.id ?? 'null';
    this.token = progressTokenOf(request);
    this.method = request.method;
    response.once('close', () => this.#closed());
    this.#patience = options.clock.after(KEEP_ALIVE_MS, () => this.stream());
    if (this.isListen) this.stream();
  }

  get isListen(): boolean {
    return this.method === Method.listen;
  }

  /** From now on the answer is a stream of events. */
  stream(): SseStream {
    const { clock, onFull } = this.options;
    this.#stream ??= new SseStream(this.response, { clock, onFull, onClose: () => {} });
    return this.#stream;
  }

  /** A notification of this request, its id and token already the client's. */
  notify(line: string): void {
    if (!this.#isAnswered) this.stream().send(line);
  }

  answer(message: WireMessage): void {
    this.#isAnswered = true;
    const line = withId(message, this.id);
    if (this.#stream === null) answerJson(this.response, { status: statusOf(message), line });
    else {
      this.#stream.send(line);
      this.#stream.end();
    }
  }

  /** The server is leaving: there will be no answer. */
  end(): void {
    this.#isAnswered = true;
    this.#patience.dispose();
    this.response.destroy();
  }

  #closed(): void {
    this.#patience.dispose();
    if (this.response.writableFinished) return;
    this.options.onAbandoned(this.#isAnswered ? 'unwritten' : 'unanswered');
  }
}

function statusOf(message: WireMessage): number {
  const error = parsedSpan(message, message.error);
  const code = isJsonObject(error) ? Number(error.code) : 0;
  return STATUS_OF[code] ?? 200;
}
