import type { ServerResponse } from 'node:http';
import type { Disposable } from '../../../common/disposable.ts';
import { isJsonObject } from '../../../common/json.ts';
import type { Span } from '../../../common/jsonSpans.ts';
import type { ProxyContext, SessionRoute } from '../../proxyContext.ts';
import { errorLine, notificationLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { META_SUBSCRIPTION_ID, Method } from '../../wire/mcpNames.ts';
import type { KnownParamHeaders } from '../../wire/paramHeaders.ts';
import {
  parsedSpan,
  readMessage,
  replaced,
  type WireMessage,
  withOwnId,
} from '../../wire/wireMessage.ts';
import { Session } from '../session.ts';
import { ModernExchange } from './modernExchange.ts';
import { ReaderHold } from './readerHold.ts';

/** How long an idle server waits for the next request of an equal client. */
export const MODERN_LINGER_MS = 60_000;

/** One kind of modern client on a route. */
export interface ModernSessionOptions {
  readonly context: ProxyContext;
  readonly route: SessionRoute;
  readonly paramHeaders: KnownParamHeaders;
  /** It has been idle for long and is closed. */
  readonly onIdle: () => void;
}

/**
 * Serves the requests of equal clients (2026-07-28: there are no sessions on the wire). Two of them
 * may use one id: each request gets a number of ours, which is its progress token as well.
 */
export class ModernSession implements Disposable {
  readonly #session: Session;
  readonly #hold: ReaderHold;
  readonly #exchanges = new Map<number, ModernExchange>();
  #lastNumber = 0;
  #linger: Disposable | null = null;

  constructor(private readonly options: ModernSessionOptions) {
    const { context, route } = options;
    this.#session = new Session(context, route, {
      send: (line) => this.#route(line),
      stderr: () => {},
    });
    this.#hold = new ReaderHold((isHeld) => this.#session.holdUpstream(isHeld));
  }

  /** Whether no request of it is open. */
  get isIdle(): boolean {
    return this.#exchanges.size === 0;
  }

  serve(message: WireMessage, response: ServerResponse): void {
    this.#linger?.dispose();
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const exchange = new ModernExchange(message, response, {
      clock: this.options.context.clock,
      onFull: this.#hold.report,
      onAbandoned: (how) => this.#abandoned(number, how),
    });
    this.#exchanges.set(number, exchange);
    this.#session.receive(withOwnId(message, number));
  }

  notified(message: WireMessage): void {
    this.#session.receive(message.text);
  }

  dispose(): void {
    this.#linger?.dispose();
    this.#session.close();
    for (const exchange of this.#exchanges.values()) exchange.end();
    this.#exchanges.clear();
  }

  /** Here, and only in this era, leaving means cancelling. */
  #abandoned(number: number, how: 'unanswered' | 'unwritten'): void {
    if (how === 'unwritten') this.#session.unwritten(String(number));
    if (!this.#exchanges.delete(number)) return;
    const reason = 'The client closed the connection.';
    this.#session.receive(notificationLine(Method.cancelled, { requestId: number, reason }));
    this.#reconsider();
  }

  #route(line: string): void {
    const message = readMessage(line);
    if (message === null) return;
    if (message.kind === 'response') this.#answer(message);
    else if (message.kind === 'notification') this.#notify(message);
    else this.#refuse(message);
  }

  #answer(message: WireMessage): void {
    const number = Number(message.id);
    const exchange = this.#exchanges.get(number);
    if (exchange === undefined) {
      this.#session.unwritten(String(number));
      return;
    }
    this.#exchanges.delete(number);
    if (exchange.method === Method.toolsList) this.#learnTools(message);
    exchange.answer(message);
    this.#reconsider();
  }

  #learnTools(message: WireMessage): void {
    const result = parsedSpan(message, message.result);
    if (isJsonObject(result)) this.options.paramHeaders.learn(result);
  }

  #notify(message: WireMessage): void {
    const token = message.method === Method.progress ? message.param('progressToken') : null;
    const ended = message.method === Method.cancelled ? message.param('requestId') : null;
    const request = message.meta(META_SUBSCRIPTION_ID) ?? ended;
    if (token !== null) this.#notifyAt(message, token, (exchange) => exchange.token);
    else if (request !== null) this.#notifyAt(message, request, (exchange) => exchange.id);
    else this.#notifyAny(message);
  }

  /** What names no request goes to the youngest that is no listen. */
  #notifyAny(message: WireMessage): void {
    const waiting = [...this.#exchanges.values()];
    waiting.findLast(({ isListen }) => !isListen)?.notify(message.text);
  }

  /** To the request that the number at `span` stands for, with the client's own in its place. */
  #notifyAt(
    message: WireMessage,
    span: Span,
    ownOf: (exchange: ModernExchange) => string | null,
  ): void {
    const exchange = this.#exchanges.get(Number(parsedSpan(message, span)));
    const own = exchange === undefined ? null : ownOf(exchange);
    if (own !== null) exchange?.notify(replaced(message.text, span, own));
  }

  /** This era has no requests of servers; one that came all the same must not wait for ever. */
  #refuse(message: WireMessage): void {
    const why = 'A client of this protocol revision takes no requests.';
    this.#session.receive(errorLine(message.id ?? 'null', WireErrorCode.methodNotFound, why));
  }

  #reconsider(): void {
    if (this.#exchanges.size > 0) return;
    this.#linger?.dispose();
    this.#linger = this.options.context.clock.after(MODERN_LINGER_MS, () => {
      this.dispose();
      this.options.onIdle();
    });
  }
}
