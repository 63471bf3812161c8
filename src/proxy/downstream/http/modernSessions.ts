import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Disposable } from '../../../common/disposable.ts';
import type { ProxyContext, SessionRoute } from '../../proxyContext.ts';
import { WireErrorCode } from '../../wire/jsonRpc.ts';
import { Method } from '../../wire/mcpNames.ts';
import { KnownParamHeaders } from '../../wire/paramHeaders.ts';
import type { WireMessage } from '../../wire/wireMessage.ts';
import { methodRefusal } from './guards.ts';
import { answerRefusal, type HttpRefusal } from './httpRefusal.ts';
import type { ModernInbound } from './inbound.ts';
import { argumentMismatchOf } from './modernHeaders.ts';
import { ModernSession } from './modernSession.ts';

/** Each idle one keeps a server waiting: who says something else each time must not collect them. */
export const MAX_IDLE_CLIENTS = 8;

/** The modern clients of one route; what they say of themselves tells them apart. */
export class ModernSessions implements Disposable {
  readonly #sessions = new Map<string, ModernSession>();
  readonly #paramHeaders = new KnownParamHeaders();

  constructor(
    private readonly context: ProxyContext,
    private readonly route: SessionRoute,
  ) {}

  post(
    { message, client }: ModernInbound,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const refusal =
      message.method === Method.initialize
        ? NO_GREETING
        : argumentMismatchOf(message, request.headers, this.#paramHeaders);
    if (message.kind === 'notification') this.#notified(message, client, response);
    else if (refusal !== null) answerRefusal(response, refusal, message.id ?? undefined);
    else this.#sessionOf(client ?? '').serve(message, response);
  }

  /** GET and DELETE are of the era with sessions. */
  refuse(_request: IncomingMessage, response: ServerResponse): void {
    answerRefusal(response, methodRefusal('POST'));
  }

  dispose(): void {
    for (const session of this.#sessions.values()) session.dispose();
    this.#sessions.clear();
  }

  /** A cancel is refused without a word: the id means nothing outside of its own HTTP request. */
  #notified(message: WireMessage, client: string | null, response: ServerResponse): void {
    response.writeHead(202).end();
    if (client === null || message.method === Method.cancelled) return;
    this.#sessions.get(client)?.notified(message);
  }

  #sessionOf(client: string): ModernSession {
    const known = this.#sessions.get(client);
    if (known !== undefined) return this.#used(client, known);
    this.#makeRoom();
    const session = new ModernSession({
      context: this.context,
      route: this.route,
      paramHeaders: this.#paramHeaders,
      onIdle: () => this.#sessions.delete(client),
    });
    return this.#used(client, session);
  }

  /** The one used last is the last. */
  #used(client: string, session: ModernSession): ModernSession {
    this.#sessions.delete(client);
    this.#sessions.set(client, session);
    return session;
  }

  #makeRoom(): void {
    const idle = [...this.#sessions].filter(([, { isIdle }]) => isIdle);
    const [oldest] = idle;
    if (oldest === undefined || idle.length < MAX_IDLE_CLIENTS) return;
    this.#sessions.delete(oldest[0]);
    oldest[1].dispose();
  }
}

/** Not the upstream's to answer: it may well be one that is greeted. */
const NO_GREETING: HttpRefusal = {
  status: 404,
  code: WireErrorCode.methodNotFound,
  message: 'Method not found: this protocol revision has no initialize.',
};
