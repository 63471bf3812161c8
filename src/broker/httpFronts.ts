import { randomBytes } from 'node:crypto';
import type { FrontParams, OpenFront } from '../brokerApi/brokerProtocol.ts';
import type { Disposable } from '../common/disposable.ts';
import { HttpFront } from '../proxy/downstream/http/httpFront.ts';
import type { ProxyContext } from '../proxy/proxyContext.ts';
import type { RouteTable } from './routeTable.ts';

/** The path of a front's only route. */
const PATH = '/mcp';

interface Entry {
  readonly told: OpenFront;
  readonly front: HttpFront;
}

/** The HTTP fronts of this broker, by URL. They live as long as whoever opened them. */
export class HttpFronts implements Disposable {
  readonly #open = new Map<string, Entry>();

  constructor(
    private readonly context: ProxyContext,
    private readonly routes: RouteTable,
  ) {}

  get all(): OpenFront[] {
    return [...this.#open.values()].map(({ told }) => told);
  }

  /** Rejects with `port_unavailable` or `unknown_route`. */
  async open(params: FrontParams): Promise<{ url: string; token: string }> {
    const { route: name, workspace, port } = params;
    const token = params.token ?? randomBytes(32).toString('base64url');
    const route = await this.routes.resolve(params);
    const front = await HttpFront.open({
      context: this.context,
      port,
      token,
      routeAt: (path) => (path === PATH ? route : null),
    });
    const url = front.origin + PATH;
    this.#open.set(url, { told: { route: name, workspace, url }, front });
    this.context.log.write('info', `Server \`${name}\` is served at ${url}.`);
    return { url, token };
  }

  close(url: string): void {
    const entry = this.#open.get(url);
    if (entry === undefined) return;
    this.#open.delete(url);
    entry.front.dispose();
    this.context.log.write(
      'info',
      `Server \`${entry.told.route}\` is not served at ${url} any more.`,
    );
  }

  dispose(): void {
    for (const url of this.#open.keys()) this.close(url);
  }
}
