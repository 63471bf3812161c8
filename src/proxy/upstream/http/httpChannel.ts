import type { TransportSendOptions } from '@modelcontextprotocol/client';
import type { HttpDefinition } from '../../../brokerApi/brokerProtocol.ts';
import { systemClock } from '../../../common/clock.ts';
import { messageOf } from '../../../common/errors.ts';
import { Emitter } from '../../../common/event.ts';
import { elementsOf, isStringAt, memberOf, stringAt } from '../../../common/jsonSpans.ts';
import type { Log } from '../../../common/log.ts';
import type { RemoteWork } from '../../../registry/taskRecord.ts';
import { errorLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { Method } from '../../wire/mcpNames.ts';
import { KnownParamHeaders } from '../../wire/paramHeaders.ts';
import { readMessage, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import {
  type ChannelExit,
  NOTHING_ENDED,
  type RemoteNews,
  type RemotePlace,
  type UpstreamChannel,
  type UpstreamEnding,
} from '../upstreamChannel.ts';
import type { Taken } from './eventTap.ts';
import { noAnswer, transportFailure, unanswered } from './httpFailure.ts';
import { HttpWire } from './httpWire.ts';
import {
  currentExchange,
  type OpenRequest,
  openRequest,
  type ResumedRequest,
  resumedRequest,
} from './openRequest.ts';
import { outlineOf } from './outline.ts';
import { paramHeadersOfCall, usableToolList } from './paramHeadersOfCall.ts';
import type { CreateTransport, RemoteTransport } from './transports.ts';

/** How a connection to a remote server begins. */
export interface HttpChannelOptions {
  readonly log: Log;
  /** Work of a connection before this one: its session is taken up again, without `initialize`. */
  readonly resume?: RemoteWork;
}

/** How long later messages wait for a notification to have arrived. */
const ORDER_WAIT_MS = 5_000;
/** How long the end of a session may take. */
const GOODBYE_MS = 1_000;
/** How the older transport names the failures of its one stream. */
const SSE_STREAM = /^SSE error:/;
const RETRIES_OVER = /^Maximum reconnection attempts/;

/**
 * Opens a connection to a remote server over Streamable HTTP, of both eras, or the older HTTP with
 * SSE. With `resume` the answer of the request it names is delivered again, under that id. Rejects
 * with `upstream_start_failed`; a Streamable server is not spoken to before the first line.
 */
export async function openHttpChannel(
  definition: HttpDefinition,
  options: HttpChannelOptions,
): Promise<UpstreamChannel> {
  // 16 MB of memory that a broker without remote servers does not need.
  const { createTransport } = await import('./transports.ts');
  const channel = new HttpChannel(definition, { ...options, createTransport });
  await channel.open();
  return channel;
}

/** Lines on this side, the SDK's transport on the other; each request has a stream of its own. */
class HttpChannel implements UpstreamChannel {
  readonly #lines = new Emitter<string>();
  readonly #stderr = new Emitter<string>();
  readonly #exits = new Emitter<ChannelExit>();
  readonly #remotes = new Emitter<RemoteNews>();
  /** By id, as JSON text. */
  readonly #requests = new Map<string, OpenRequest>();
  readonly #paramHeaders = new KnownParamHeaders();
  readonly #wire: HttpWire;
  readonly #transport: RemoteTransport;
  #order: Promise<unknown> = Promise.resolve();
  #isOpen = false;
  #isGone = false;

  readonly facts = null;
  readonly onLine = this.#lines.event;
  readonly onStderr = this.#stderr.event;
  readonly onExit = this.#exits.event;
  readonly onRemote = this.#remotes.event;

  constructor(
    private readonly definition: HttpDefinition,
    private readonly options: HttpChannelOptions & {
      readonly createTransport: CreateTransport;
    },
  ) {
    const { log, resume, createTransport } = options;
    this.#wire = new HttpWire({
      definition,
      log,
      take: (text) => currentExchange.run(undefined, () => this.#take(text)),
      onSessionGone: (why) => this.#exit(why),
    });
    this.#transport = createTransport(definition, { fetch: this.#wire.fetch, resume });
    this.#transport.onerror = (error) => this.#onError(error);
  }

  async open(): Promise<void> {
    try {
      await this.#transport.start();
      this.#isOpen = true;
    } catch (error) {
      this.#exit('');
      throw this.#wire.lastFailure ?? transportFailure(this.#wire.origin, error);
    }
    const { requestId, lastEventId } = this.options.resume ?? {};
    if (typeof requestId === 'number' && typeof lastEventId === 'string') {
      void this.#resume(resumedRequest(requestId, lastEventId));
    }
  }

  send(line: string): void {
    const message = this.#isGone ? null : readMessage(line);
    if (message === null) return;
    const { id, kind } = message;
    if (kind === 'request' && id !== null) this.#request(message, openRequest(id, message));
    else if (!this.#endsStream(message)) this.#tell(message);
  }

  /** The older transport's session is its one stream: nothing goes on without that. */
  place(): RemotePlace | null {
    const { sessionId = null, protocolVersion = '' } = this.#transport;
    if (this.definition.type === 'sse') return null;
    const url = isPlain(this.definition) ? this.definition.url : null;
    return { url, sessionId, protocolVersion };
  }

  holdOutput(isHeld: boolean): void {
    this.#wire.gate.hold(isHeld);
  }

  /**
   * What is still in flight may be asked for again by the next broker, so its session stays; as
   * does one that was taken up for one task, and may hold others.
   */
  async shutDown(): Promise<void> {
    const isOurs = this.options.resume === undefined;
    const isWaiting = [...this.#requests.values()].some(({ isCancelled }) => !isCancelled);
    if (isOurs && !isWaiting) await this.#endSession(GOODBYE_MS);
    this.#exit('It was not needed any more.');
  }

  async end(graceMs: number): Promise<UpstreamEnding> {
    await this.#endSession(Math.min(graceMs, GOODBYE_MS));
    this.#exit('It was ended.');
    return NOTHING_ENDED;
  }

  async endDescendants(): Promise<UpstreamEnding> {
    return NOTHING_ENDED;
  }

  /** Notifications first: what comes later may count on them. Requests do not wait for each other. */
  #request(message: WireMessage, request: OpenRequest): void {
    this.#requests.set(request.id, request);
    void this.#order.then(() => this.#post(message, request));
  }

  async #post(message: WireMessage, request: OpenRequest): Promise<void> {
    const options: TransportSendOptions = {
      requestSignal: request.ending.signal,
      onresumptiontoken: (token) => this.#onEventId(request, token),
      onRequestStreamEnd: () => this.#fail(request, unanswered(this.#wire.origin)),
    };
    try {
      const headers = request.isModern ? paramHeadersOfCall(message, this.#paramHeaders) : {};
      await currentExchange.run({ line: message.text, request, headers }, () =>
        this.#transport.send(outlineOf(message), options),
      );
      const isStillDue = request.hasStream || this.definition.type === 'sse';
      if (!isStillDue) this.#fail(request, noAnswer(this.#wire.origin));
    } catch (error) {
      this.#fail(request, transportFailure(this.#wire.origin, error));
    }
  }

  /** A notification, or an answer to a request of the server. */
  #tell(message: WireMessage): void {
    const told = this.#order.then(() =>
      currentExchange.run({ line: message.text, request: null }, () =>
        this.#transport.send(outlineOf(message)),
      ),
    );
    const settled = told.catch((error: unknown) => this.#onError(error));
    this.#order = within(ORDER_WAIT_MS, settled);
  }

  /** In the modern era the end of its stream is what cancels a request (2026-07-28, HTTP). */
  #endsStream(message: WireMessage): boolean {
    if (message.method !== Method.cancelled) return false;
    const span = message.param('requestId');
    const request = span === null ? undefined : this.#requests.get(sliceOf(message.text, span));
    if (request === undefined) return false;
    request.isCancelled = true;
    if (!request.isModern) return false;
    request.ending.abort();
    this.#fail(request, new Error('The request was cancelled: its stream is closed.'));
    return true;
  }

  /** An error in the place of the answer would be a lie: how the request ended is not known. */
  async #resume(request: ResumedRequest): Promise<void> {
    const { lastEventId } = request;
    this.#requests.set(request.id, request);
    const onresumptiontoken = (token: string) => this.#onEventId(request, token);
    try {
      await currentExchange.run({ line: null, request }, () =>
        this.#transport.resumeStream?.(lastEventId, { onresumptiontoken }),
      );
      this.#tellPlace(request, lastEventId);
    } catch (error) {
      this.#exit(transportFailure(this.#wire.origin, error).message);
    }
  }

  /** What the server wrote, on one line: between the values of JSON a line break is a blank. */
  #take(text: string): Taken {
    const line = /[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, ' ') : text;
    const message = readMessage(line);
    if (message === null) return this.#takeBatch(line);
    const shown = message.kind === 'response' ? this.#onAnswer(message) : line;
    if (!this.#isGone) this.#lines.fire(shown);
    return message.kind === 'response' ? 'response' : 'other';
  }

  /** Batches exist in one old revision (2025-03-26). */
  #takeBatch(line: string): Taken {
    const members = elementsOf(line);
    if (members === null) {
      this.options.log.write(
        'warn',
        `${this.#wire.origin} sent what is no message; it was left out.`,
      );
    }
    const taken = (members ?? []).map((member) => this.#take(sliceOf(line, member)));
    return taken.includes('response') ? 'response' : 'other';
  }

  /** The answer as it goes on. */
  #onAnswer(message: WireMessage): string {
    const request = message.id === null ? undefined : this.#requests.get(message.id);
    if (request !== undefined) this.#requests.delete(request.id);
    if (request?.method === Method.initialize) this.#onInitialized(message);
    const isModernList = request?.method === Method.toolsList && request.isModern;
    return isModernList ? usableToolList(message, this.#paramHeaders) : message.text;
  }

  #onInitialized(message: WireMessage): void {
    if (message.result === null) return;
    const version = memberOf(message.text, message.result, 'protocolVersion');
    if (version !== null && isStringAt(message.text, version)) {
      this.#transport.setProtocolVersion(stringAt(message.text, version));
    }
  }

  #fail(request: OpenRequest, error: unknown): void {
    if (this.#isGone || !this.#requests.delete(request.id)) return;
    this.#lines.fire(errorLine(request.id, WireErrorCode.internalError, messageOf(error)));
  }

  /** From now on a later connection could ask for the answer. */
  #onEventId(request: OpenRequest, eventId: string): void {
    const isFirst = request.lastEventId === null;
    request.lastEventId = eventId;
    const isOpen = this.#requests.get(request.id) === request;
    if (isFirst && isOpen && !request.isModern) this.#tellPlace(request, eventId);
  }

  #tellPlace({ id }: OpenRequest, lastEventId: string): void {
    const requestId = Number(id);
    const place = this.place();
    if (place === null || !Number.isInteger(requestId)) return;
    const remote = { ...place, era: 'legacy', taskId: null, requestId, lastEventId } as const;
    this.#remotes.fire({ requestId, remote });
  }

  /** Failures of requests come by other ways, too; this is what nobody waits for. */
  #onError(error: unknown): void {
    if (this.#isGone) return;
    const failure = transportFailure(this.#wire.origin, error);
    this.options.log.write('debug', failure.message, error);
    const isOverFor = RETRIES_OVER.test(messageOf(error)) && currentExchange.getStore();
    const isResumed = isOverFor && isOverFor.line === null;
    // The older transport's session is its one stream.
    const isLost = this.#isOpen && SSE_STREAM.test(messageOf(error));
    if (isResumed || isLost) this.#exit(failure.message);
  }

  async #endSession(withinMs: number): Promise<void> {
    const ended = this.#transport.terminateSession?.().catch(() => {});
    await within(withinMs, ended ?? Promise.resolve());
  }

  #exit(why: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#requests.clear();
    void this.#transport.close().catch(() => {});
    this.#wire.dispose();
    this.#exits.fire({ code: null, signal: null, stderrTail: why });
    for (const emitter of [this.#lines, this.#stderr, this.#exits, this.#remotes]) {
      emitter.dispose();
    }
  }
}

/** Paths that every server has: of any other, a part may be the key to it. */
const PLAIN_PATH = /^\/(?:(?:api\/|v\d+\/)?mcp\/?)?$/;

/** Whether nothing secret can be in its url, nor is needed beside it. */
function isPlain({ url, headers }: HttpDefinition): boolean {
  const { username, password, pathname, search, hash } = new URL(url);
  const isBare = `${username}${password}${search}${hash}` === '' && PLAIN_PATH.test(pathname);
  return isBare && Object.keys(headers).length === 0;
}

/** Resolves when the work, which never rejects, is done or the time is over. */
function within(limitMs: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = systemClock.after(limitMs, resolve);
    void work.then(() => {
      timer.dispose();
      resolve();
    });
  });
}
