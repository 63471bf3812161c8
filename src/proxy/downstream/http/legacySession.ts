import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject } from '../../../common/json.ts';
import type { ProxyContext, SessionRoute } from '../../proxyContext.ts';
import { WireErrorCode } from '../../wire/jsonRpc.ts';
import { Method } from '../../wire/mcpNames.ts';
import { parsedSpan, readMessage, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import { Session } from '../session.ts';
import { eventIdOf } from './eventLog.ts';
import { answerRefusal, HttpErrorCode, type HttpRefusal } from './httpRefusal.ts';
import { ReaderHold } from './readerHold.ts';
import type { ReplayStream } from './replayStream.ts';
import { SessionStreams } from './sessionStreams.ts';
import { SseStream } from './sseStream.ts';

const SESSION_HEADER = 'Mcp-Session-Id';
/** Clients before this one stumble over an event without data. */
const FIRST_WITH_PRIMING = '2025-11-25';

/**
 * One `Mcp-Session-Id` (2024-11-05 … 2025-11-25). A connection that breaks cancels nothing: each
 * message goes to the stream that it belongs to, and lies there for a while.
 */
export class LegacySession {
  readonly id = randomBytes(24).toString('base64url');
  readonly #session: Session;
  readonly #hold: ReaderHold;
  readonly #streams = new SessionStreams();
  #lastUseMs: number;
  #agreedVersion: string | null = null;

  constructor(
    private readonly context: ProxyContext,
    route: SessionRoute,
  ) {
    this.#session = new Session(context, route, {
      send: (line) => this.#send(line),
      stderr: () => {},
    });
    this.#hold = new ReaderHold((isHeld) => this.#session.holdUpstream(isHeld));
    this.#lastUseMs = context.clock.monotonic();
  }

  /** How long nobody has asked for anything; 0 while something is on its way or listens. */
  get idleMs(): number {
    return this.#streams.isBusy ? 0 : this.context.clock.monotonic() - this.#lastUseMs;
  }

  /** What the server said it speaks, once it has. */
  get agreedVersion(): string | null {
    return this.#agreedVersion;
  }

  post(messages: readonly WireMessage[], request: IncomingMessage, response: ServerResponse): void {
    this.#lastUseMs = this.context.clock.monotonic();
    const requests = messages.filter(({ kind }) => kind === 'request');
    if (requests.some(({ id }) => this.#streams.isWaiting(id ?? ''))) {
      answerRefusal(response, ID_IN_USE, requests[0]?.id ?? undefined);
      return;
    }
    if (requests.length === 0) response.writeHead(202).end();
    else this.#openStream(requests, versionOf(requests, request), response);
    for (const message of messages) this.#receive(message);
  }

  /** The stream for what belongs to no request, or the rest of one that broke. */
  get(request: IncomingMessage, response: ServerResponse): void {
    this.#lastUseMs = this.context.clock.monotonic();
    const { standing } = this.#streams;
    const lastId = request.headers['last-event-id'];
    if (lastId !== undefined) this.#resume(String(lastId), response);
    else if (standing.isRead) answerRefusal(response, ONE_STREAM);
    else this.#attach(standing, response);
  }

  /** The client has ended it, or has not come for long: its calls become tasks. */
  close(): void {
    this.#session.close();
    this.#streams.end();
  }

  #receive(message: WireMessage): void {
    this.#session.receive(message.text);
    const cancelled = message.method === Method.cancelled ? message.param('requestId') : null;
    // Nobody answers it any more.
    if (cancelled !== null) this.#streams.settle(sliceOf(message.text, cancelled));
  }

  #openStream(
    requests: readonly WireMessage[],
    version: string | undefined,
    response: ServerResponse,
  ): void {
    const stream = this.#streams.open(requests);
    const sink = this.#attach(stream, response);
    if (version !== undefined && version >= FIRST_WITH_PRIMING) {
      sink.prime(eventIdOf({ stream: stream.number, number: 0 }));
    }
  }

  #resume(lastId: string, response: ServerResponse): void {
    const place = this.#streams.at(lastId);
    if (place === null) {
      answerRefusal(response, UNKNOWN_EVENT);
      return;
    }
    const sink = this.#attach(place.stream, response, place.number);
    if (!place.isLive) sink.end();
  }

  #attach(stream: ReplayStream, response: ServerResponse, after?: number): SseStream {
    const sink = new SseStream(response, {
      clock: this.context.clock,
      headers: { [SESSION_HEADER]: this.id },
      onFull: this.#hold.report,
      onClose: () => stream.detach(sink),
    });
    stream.attach(sink, after);
    return sink;
  }

  #send(line: string): void {
    const message = readMessage(line);
    if (message?.kind === 'response') {
      this.#noteVersion(message);
      this.#streams.answer(message);
    } else if (message !== null) this.#streams.tell(message);
  }

  /** The first answer of a session is that to `initialize`. */
  #noteVersion(message: WireMessage): void {
    if (this.#agreedVersion !== null || message.result === null) return;
    const result = parsedSpan(message, message.result);
    const version = isJsonObject(result) ? result.protocolVersion : undefined;
    this.#agreedVersion = typeof version === 'string' ? version : '';
  }
}

const ID_IN_USE: HttpRefusal = {
  status: 400,
  code: WireErrorCode.invalidRequest,
  message: 'A request with this id is still in flight in this session.',
};
const ONE_STREAM: HttpRefusal = {
  status: 409,
  code: HttpErrorCode.refused,
  message: 'This session has a GET stream already.',
};
const UNKNOWN_EVENT: HttpRefusal = {
  status: 400,
  code: HttpErrorCode.refused,
  message: 'The Last-Event-ID is none of this session.',
};

/** What the client speaks: in `initialize` it asks for it, later the header says it. */
function versionOf(requests: readonly WireMessage[], request: IncomingMessage): string | undefined {
  const greeting = requests.find(({ method }) => method === Method.initialize);
  if (greeting === undefined) return request.headers['mcp-protocol-version']?.toString();
  const params = parsedSpan(greeting, greeting.params);
  const version = isJsonObject(params) ? params.protocolVersion : undefined;
  return typeof version === 'string' ? version : undefined;
}
