import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Disposable } from '../../../common/disposable.ts';
import type { ProxyContext, SessionRoute } from '../../proxyContext.ts';
import { answerRefusal } from './httpRefusal.ts';
import { isModernVersion, readInbound } from './inbound.ts';
import { LegacySessions } from './legacySessions.ts';
import type { StandardHeaders } from './modernHeaders.ts';
import { ModernSessions } from './modernSessions.ts';
import { readBody } from './requestBody.ts';

/** One route as an MCP endpoint, for clients of both eras. */
export class RouteEndpoint implements Disposable {
  readonly #legacy: LegacySessions;
  readonly #modern: ModernSessions;

  constructor(context: ProxyContext, route: SessionRoute) {
    this.#legacy = new LegacySessions(context, route);
    this.#modern = new ModernSessions(context, route);
  }

  /** A request that has passed the guards. Rejects when the client breaks off while it sends. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = standardHeaders(request);
    if (request.method === 'POST') return this.#post(request, response, headers);
    if (isModernVersion(headers.version)) this.#modern.refuse(request, response);
    else if (request.method === 'GET') this.#legacy.get(request, response);
    else this.#legacy.delete(request, response);
  }

  dispose(): void {
    this.#legacy.dispose();
    this.#modern.dispose();
  }

  async #post(
    request: IncomingMessage,
    response: ServerResponse,
    headers: StandardHeaders,
  ): Promise<void> {
    const body = await readBody(request);
    if ('refusal' in body) return answerRefusal(response, body.refusal);
    const inbound = readInbound(body.line, headers);
    if (inbound.era === null) answerRefusal(response, inbound.refusal, inbound.id);
    else if (inbound.era === 'legacy') this.#legacy.post(inbound.messages, request, response);
    else this.#modern.post(inbound, request, response);
  }
}

function standardHeaders({ headers }: IncomingMessage): StandardHeaders {
  return {
    version: headers['mcp-protocol-version']?.toString(),
    method: headers['mcp-method']?.toString(),
    name: headers['mcp-name']?.toString(),
  };
}
