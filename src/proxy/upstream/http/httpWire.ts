import type { HttpDefinition } from '../../../brokerApi/brokerProtocol.ts';
import type { Disposable } from '../../../common/disposable.ts';
import { TaskHandlesError } from '../../../common/errors.ts';
import { isJsonObject, parseJson } from '../../../common/json.ts';
import type { Log } from '../../../common/log.ts';
import { BodyTap, EventTap, type TakeText } from './eventTap.ts';
import { Gate } from './gate.ts';
import { connectionFailure, contentFailure, sessionGone, statusFailure } from './httpFailure.ts';
import { currentExchange, type Exchange } from './openRequest.ts';
import { type FetchLike, untimedFetch } from './untimedFetch.ts';

const SESSION_HEADER = 'mcp-session-id';
const RESUME_HEADER = 'last-event-id';

/**
 * A stream that was resumed is asked for again when it stays silent: there are servers that
 * deliver what has been, and then forget the stream (server-everything's event store).
 */
const RESUMED_SILENCE_MS = 10_000;

/** Where what the server sends goes. */
export interface HttpWireOptions {
  readonly definition: HttpDefinition;
  readonly log: Log;
  /** A message of the server, or what should be one, as it was written. */
  readonly take: TakeText;
  readonly onSessionGone: (why: string) => void;
}

/**
 * The `fetch` of one connection's transport, which keeps the session and the streams. Messages pass
 * it by, both ways as they were written; what is no answer becomes one clear line.
 */
export class HttpWire implements Disposable {
  readonly origin: string;
  readonly gate = new Gate();
  readonly #fetch: ReturnType<typeof untimedFetch>;
  #hasHadStream = false;
  #lastFailure: Error | null = null;

  constructor(private readonly options: HttpWireOptions) {
    this.origin = new URL(options.definition.url).origin;
    this.#fetch = untimedFetch(options.log);
  }

  /** What its `fetch` has thrown last: the older transport tells only that there was something. */
  get lastFailure(): Error | null {
    return this.#lastFailure;
  }

  readonly fetch: FetchLike = async (url, init = {}) => {
    try {
      return await this.#exchange(url, init);
    } catch (error) {
      if (error instanceof TaskHandlesError) this.#lastFailure = error;
      throw error;
    }
  };

  dispose(): void {
    this.gate.hold(false);
    this.#fetch.dispose();
  }

  async #exchange(url: string | URL, init: RequestInit): Promise<Response> {
    const exchange = currentExchange.getStore();
    const sent = forExchange(init, exchange);
    const response = await this.#send(url, sent);
    if (response.ok) return this.#accept(response, sent, exchange);
    // What the transport knows itself: a redirect, a server without streams or ends of sessions.
    const isItsOwn = response.status < 400 || sent.method === 'DELETE';
    const hasNoStreams = sent.method === 'GET' && response.status === 405;
    if (isItsOwn || (hasNoStreams && !isResumption(exchange))) return response;
    return this.#refuse(response, sent, exchange);
  }

  async #send(url: string | URL, init: RequestInit): Promise<Response> {
    try {
      return await this.#fetch.fetch(url, init);
    } catch (error) {
      if (init.signal?.aborted === true) throw error;
      throw connectionFailure(this.origin, error);
    }
  }

  #accept(response: Response, { method }: RequestInit, exchange: Exchange | undefined): Response {
    const request = exchange?.request ?? null;
    const type = mediaTypeOf(response);
    const isStream = type === 'text/event-stream';
    if (method === 'GET') {
      if (!isStream) throw this.#wrongContent(response);
      this.#hasHadStream = true;
      return this.#tap(response, request === null ? undefined : RESUMED_SILENCE_MS);
    }
    const isAnswer =
      request !== null && method === 'POST' && this.options.definition.type === 'http';
    if (!isAnswer || response.status !== 200) return response;
    request.hasStream = isStream;
    if (isStream) return this.#tap(response);
    if (type !== 'application/json') throw this.#wrongContent(response);
    return this.gate.pass(response, new BodyTap(this.options.take));
  }

  #tap(response: Response, silenceMs?: number): Response {
    return this.gate.pass(response, new EventTap(this.options.take), silenceMs);
  }

  /** Throws, unless it is an answer of the protocol in the clothes of an HTTP error. */
  async #refuse(
    response: Response,
    sent: RequestInit,
    exchange: Exchange | undefined,
  ): Promise<Response> {
    const text = mediaTypeOf(response) === 'application/json' ? await response.text() : '';
    const error = rpcErrorOf(text);
    if (this.#isSessionGone(response, sent, error)) {
      const gone = sessionGone(this.origin, response.status);
      this.options.onSessionGone(gone.message);
      throw gone;
    }
    void response.body?.cancel().catch(() => {});
    // To a GET it says nothing of how the request ended.
    const id = sent.method === 'POST' ? exchange?.request?.id : undefined;
    if (id !== undefined && error !== null && response.status !== 401) {
      this.options.take(`{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}`);
      return new Response(null, { status: 202 });
    }
    throw statusFailure(this.origin, response.status);
  }

  /** 404, as specified; older SDKs' examples say 400, and some servers 404 to every GET. */
  #isSessionGone({ status }: Response, sent: RequestInit, error: RpcError | null): boolean {
    const headers = new Headers(sent.headers);
    if (!headers.has(SESSION_HEADER)) return false;
    if (sent.method === 'GET' && !this.#hasHadStream && !headers.has(RESUME_HEADER)) return false;
    return status === 404 || (status === 400 && /\bsession\b/i.test(String(error?.message)));
  }

  #wrongContent(response: Response): Error {
    void response.body?.cancel().catch(() => {});
    return contentFailure(this.origin, response.headers.get('content-type'));
  }
}

/** Whether it is about work of a connection before this one. */
function isResumption(exchange: Exchange | undefined): boolean {
  return exchange !== undefined && exchange.line === null;
}

/** The transport's init with the message itself as body, and the true last event to go on from. */
function forExchange(written: RequestInit, exchange: Exchange | undefined): RequestInit {
  // The older transport's stream is a GET that does not say so.
  const init = { method: 'GET', ...written };
  if (exchange === undefined) return init;
  const { line, request } = exchange;
  if (init.method === 'POST' && line !== null) {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(exchange.headers ?? {})) headers.set(name, value);
    return { ...init, headers, body: line };
  }
  const lastEventId = request?.lastEventId ?? null;
  if (init.method !== 'GET' || lastEventId === null) return init;
  // Where a resumed stream breaks before its first event, the transport has none.
  const headers = new Headers(init.headers);
  headers.set(RESUME_HEADER, lastEventId);
  return { ...init, headers };
}

interface RpcError {
  readonly code: number;
  readonly message: string;
}

function rpcErrorOf(text: string): RpcError | null {
  const body = parseJson(text);
  if (!isJsonObject(body) || !isJsonObject(body.error)) return null;
  const { error } = body;
  const isRpc = typeof error.code === 'number' && typeof error.message === 'string';
  return isRpc ? (error as unknown as RpcError) : null;
}

function mediaTypeOf(response: Response): string {
  const type = response.headers.get('content-type') ?? '';
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
}
