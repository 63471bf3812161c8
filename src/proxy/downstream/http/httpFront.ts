import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Disposable } from '../../../common/disposable.ts';
import { messageOf, systemCodeOf, TaskHandlesError } from '../../../common/errors.ts';
import type { ProxyContext, SessionRoute } from '../../proxyContext.ts';
import { WireErrorCode } from '../../wire/jsonRpc.ts';
import { guardRefusal } from './guards.ts';
import { answerRefusal, HttpErrorCode, type HttpRefusal } from './httpRefusal.ts';
import { RouteEndpoint } from './routeEndpoint.ts';

/** The only address we listen on: other machines have no business here (P8). */
const LOOPBACK = '127.0.0.1';

/** What a front on loopback is made of. */
export interface HttpFrontOptions {
  readonly context: ProxyContext;
  /** 0: any that is free. */
  readonly port: number;
  /** What a client must bring; never logged. */
  readonly token: string;
  /** The route behind a path, such as `/mcp`; `null` where there is none. */
  readonly routeAt: (path: string) => SessionRoute | null;
}

/**
 * Routes as MCP servers over Streamable HTTP on loopback. Whatever a client sends is answered; what
 * it may cost is bounded.
 */
export class HttpFront implements Disposable {
  readonly #endpoints = new Map<string, RouteEndpoint>();
  readonly #server: Server;

  private constructor(private readonly options: HttpFrontOptions) {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Rejects with `port_unavailable`. */
  static async open(options: HttpFrontOptions): Promise<HttpFront> {
    const front = new HttpFront(options);
    await listening(front.#server, options.port);
    front.#server.on('error', (error) =>
      options.context.log.write('warn', `The HTTP front failed: ${messageOf(error)}`),
    );
    return front;
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  /** Its origin, such as `http://127.0.0.1:3000`. */
  get origin(): string {
    return `http://${LOOPBACK}:${this.port}`;
  }

  /** Ends every session and connection: what they had called goes on as tasks. */
  dispose(): void {
    this.#server.close();
    for (const endpoint of this.#endpoints.values()) endpoint.dispose();
    this.#endpoints.clear();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    try {
      const refusal = guardRefusal(request, this.options.token);
      if (refusal !== null) return answerRefusal(response, refusal);
      const endpoint = this.#endpointAt(new URL(request.url ?? '/', this.origin).pathname);
      if (endpoint === null) return answerRefusal(response, NOT_FOUND);
      await endpoint.serve(request, response);
    } catch (error) {
      this.#failed(error, response);
    }
  }

  #endpointAt(path: string): RouteEndpoint | null {
    const route = this.options.routeAt(path);
    if (route === null) return null;
    const known = this.#endpoints.get(path);
    if (known !== undefined) return known;
    const endpoint = new RouteEndpoint(this.options.context, route);
    this.#endpoints.set(path, endpoint);
    return endpoint;
  }

  /** Mostly a client that broke off while it sent. */
  #failed(error: unknown, response: ServerResponse): void {
    this.options.context.log.write('debug', `An HTTP request failed: ${messageOf(error)}`);
    if (response.headersSent) response.destroy();
    else answerRefusal(response, BROKEN);
  }
}

const NOT_FOUND: HttpRefusal = {
  status: 404,
  code: HttpErrorCode.refused,
  message: 'There is no MCP server at this path.',
};
const BROKEN: HttpRefusal = {
  status: 400,
  code: WireErrorCode.invalidRequest,
  message: 'The request could not be read.',
};

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(portUnavailable(port, error));
    server.once('error', fail).listen(port, LOOPBACK, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function portUnavailable(port: number, cause: unknown): TaskHandlesError {
  const why =
    systemCodeOf(cause) === 'EADDRINUSE'
      ? 'is in use by another program'
      : `cannot be listened on (${messageOf(cause)})`;
  const message = `Port ${port} ${why}; choose another one with --port.`;
  return new TaskHandlesError('port_unavailable', message, { cause });
}
