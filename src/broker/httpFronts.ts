import type { FrontParams, OpenFront } from '../brokerApi/brokerProtocol.ts';
import { freshToken } from '../brokerApi/tokenFile.ts';
import type { Disposable } from '../common/disposable.ts';
import { HttpFront } from '../proxy/downstream/http/httpFront.ts';
import type { ProxyContext, SessionRoute } from '../proxy/proxyContext.ts';
import type { RouteTable } from './routeTable.ts';

/** The path of a front's only route; of one for all routes, what stands before their names. */
const PATH = '/mcp';

/** A front as its opener has it; its disposal closes it. */
export interface OwnFront extends Disposable {
  readonly url: string;
  readonly token: string;
}

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

  /** The opener disposes it. Rejects with `port_unavailable` or `unknown_route`. */
  async open(params: FrontParams): Promise<OwnFront> {
    const { route: name, workspace, port } = params;
    const token = params.token ?? freshToken();
    const routeAt = await this.#routesOf(params);
    const front = await HttpFront.open({ context: this.context, port, token, routeAt });
    const url = front.origin + PATH;
    const entry = { told: { route: name, workspace, url }, front };
    this.#open.set(url, entry);
    this.#log(name, `served at ${url}`);
    return { url, token, dispose: () => this.#close(entry) };
  }

  /** Whoever opened it: all clients of the broker are one person. */
  close(url: string): void {
    const entry = this.#open.get(url);
    if (entry !== undefined) this.#close(entry);
  }

  dispose(): void {
    for (const entry of this.#open.values()) this.#close(entry);
  }

  /** The URL may be another front's by now. */
  #close(entry: Entry): void {
    const { url, route } = entry.told;
    if (this.#open.get(url) !== entry) return;
    this.#open.delete(url);
    entry.front.dispose();
    this.#log(route, `not served at ${url} any more`);
  }

  /** Which route is behind a path. */
  async #routesOf(params: FrontParams): Promise<(path: string) => SessionRoute | null> {
    const { route: name, workspace } = params;
    if (name === null) {
      return (path) => {
        const found = nameIn(path);
        return found === null ? null : this.routes.find(workspace, found);
      };
    }
    const route = await this.routes.resolve({ ...params, route: name });
    return (path) => (path === PATH ? route : null);
  }

  #log(route: string | null, what: string): void {
    const who = route === null ? 'The routes of a window are' : `Server \`${route}\` is`;
    this.context.log.write('info', `${who} ${what}.`);
  }
}

/** `/mcp/NAME`, with the name as URLs have it; `null` for any other path. */
function nameIn(path: string): string | null {
  const encoded = path.startsWith(`${PATH}/`) ? path.slice(PATH.length + 1) : '';
  try {
    return encoded === '' ? null : decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
