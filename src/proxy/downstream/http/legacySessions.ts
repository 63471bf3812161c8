import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Disposable } from '../../../common/disposable.ts';
import type { ProxyContext, SessionRoute } from '../../proxyContext.ts';
import { LEGACY_VERSIONS, Method } from '../../wire/mcpNames.ts';
import type { WireMessage } from '../../wire/wireMessage.ts';
import { answerRefusal, HttpErrorCode, type HttpRefusal } from './httpRefusal.ts';
import { LegacySession } from './legacySession.ts';

/** How long a session lives that nobody uses. */
export const SESSION_IDLE_MS = 30 * 60_000;
const SWEEP_MS = 60_000;

/** Beyond these the one that was idle longest makes room: clients that forget to end theirs are many. */
export const MAX_SESSIONS = 64;

/** The sessions of one route, by `Mcp-Session-Id`. */
export class LegacySessions implements Disposable {
  readonly #sessions = new Map<string, LegacySession>();
  #sweep: Disposable | null = null;

  constructor(
    private readonly context: ProxyContext,
    private readonly route: SessionRoute,
  ) {}

  post(messages: readonly WireMessage[], request: IncomingMessage, response: ServerResponse): void {
    const session = this.#sessionFor(messages, request);
    if ('status' in session) answerRefusal(response, session, messages[0]?.id ?? undefined);
    else session.post(messages, request, response);
  }

  get(request: IncomingMessage, response: ServerResponse): void {
    const session = this.#sessionOf(request);
    if ('status' in session) answerRefusal(response, session);
    else if (!accepts(request, 'text/event-stream')) answerRefusal(response, NOT_ACCEPTABLE);
    else session.get(request, response);
  }

  delete(request: IncomingMessage, response: ServerResponse): void {
    const session = this.#sessionOf(request);
    if ('status' in session) {
      answerRefusal(response, session);
      return;
    }
    this.#close(session);
    response.writeHead(200).end();
  }

  dispose(): void {
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
    this.#sweep?.dispose();
  }

  /** `initialize` opens a session; all else belongs to one. */
  #sessionFor(
    messages: readonly WireMessage[],
    request: IncomingMessage,
  ): LegacySession | HttpRefusal {
    const isGreeting = messages.some(({ method }) => method === Method.initialize);
    if (!acceptsBoth(request)) return NOT_ACCEPTABLE;
    if (isGreeting && messages.length > 1) return GREETING_ALONE;
    if (isGreeting && request.headers['mcp-session-id'] === undefined) return this.#open();
    const session = this.#sessionOf(request);
    return isGreeting && !('status' in session) ? GREETED_ALREADY : session;
  }

  #open(): LegacySession {
    if (this.#sessions.size >= MAX_SESSIONS) this.#closeIdlest();
    const session = new LegacySession(this.context, this.route);
    this.#sessions.set(session.id, session);
    this.#sweep ??= this.#scheduleSweep();
    return session;
  }

  #closeIdlest(): void {
    const idle = [...this.#sessions.values()].filter(({ idleMs }) => idleMs > 0);
    const idlest = idle.sort((a, b) => b.idleMs - a.idleMs)[0];
    if (idlest !== undefined) this.#close(idlest);
  }

  #close(session: LegacySession): void {
    this.#sessions.delete(session.id);
    session.close();
  }

  #sessionOf(request: IncomingMessage): LegacySession | HttpRefusal {
    const id = request.headers['mcp-session-id']?.toString();
    if (id === undefined) return NO_SESSION;
    const session = this.#sessions.get(id);
    if (session === undefined) return SESSION_GONE;
    const version = request.headers['mcp-protocol-version']?.toString();
    const isKnown =
      version === undefined ||
      LEGACY_VERSIONS.includes(version) ||
      version === session.agreedVersion;
    return isKnown ? session : unknownVersion(version);
  }

  #scheduleSweep(): Disposable {
    return this.context.clock.after(SWEEP_MS, () => {
      for (const session of this.#sessions.values()) {
        if (session.idleMs >= SESSION_IDLE_MS) this.#close(session);
      }
      this.#sweep = this.#sessions.size > 0 ? this.#scheduleSweep() : null;
    });
  }
}

const NO_SESSION = refusal(400, 'The Mcp-Session-Id header is missing; begin with initialize.');
const GREETING_ALONE = refusal(400, 'initialize comes alone.');
const GREETED_ALREADY = refusal(400, 'This session has been initialized already.');
const NOT_ACCEPTABLE = refusal(
  406,
  'The client must accept text/event-stream, and application/json for a POST.',
);
const SESSION_GONE: HttpRefusal = {
  status: 404,
  code: HttpErrorCode.sessionNotFound,
  message: 'Session not found; begin with initialize again.',
};

function unknownVersion(version: string): HttpRefusal {
  return refusal(400, `Unsupported protocol version: ${version.slice(0, 40)}.`);
}

function refusal(status: number, message: string): HttpRefusal {
  return { status, code: HttpErrorCode.refused, message };
}

function acceptsBoth(request: IncomingMessage): boolean {
  return accepts(request, 'application/json') && accepts(request, 'text/event-stream');
}

function accepts(request: IncomingMessage, type: string): boolean {
  const accepted = request.headers.accept ?? '*/*';
  return accepted.includes(type) || accepted.includes('*/*');
}
