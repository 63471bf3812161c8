import type {
  ConnectHello,
  RouteDefinition,
  ServerDefinition,
} from '../brokerApi/brokerProtocol.ts';
import type { Clock } from '../common/clock.ts';
import { type Disposable, toDisposable } from '../common/disposable.ts';
import { TaskHandlesError } from '../common/errors.ts';
import { Emitter } from '../common/event.ts';
import type { SessionRoute } from '../proxy/proxyContext.ts';
import type { RoutePolicy } from '../registry/policy.ts';

/** What says which route is wanted. */
export type RouteAsk = Pick<ConnectHello, 'route' | 'workspace' | 'definition' | 'policy'>;

/** How long a `connect --route NAME` waits for its window to define the route. */
export const ROUTE_WAIT_MS = 20_000;

/**
 * The definitions that windows have handed over. In memory only: they hold environments. A
 * definition outlives its window, because the host's `connect` may outlive it, too.
 */
export class RouteTable implements Disposable {
  readonly #routes = new Map<string, RouteDefinition>();
  readonly #changed = new Emitter<void>();
  readonly #learned = new Emitter<SessionRoute>();

  /** A definition has come: from a window, or with a connection. */
  readonly onDidLearn = this.#learned.event;

  constructor(private readonly clock: Clock) {}

  /** Replaces the routes of a workspace. */
  define(workspace: string | null, routes: readonly RouteDefinition[]): void {
    const prefix = keyOf(workspace, '');
    for (const key of this.#routes.keys()) if (key.startsWith(prefix)) this.#routes.delete(key);
    for (const route of routes) this.#routes.set(keyOf(workspace, route.name), route);
    this.#changed.fire();
    for (const route of routes) this.#learned.fire(this.#tracked(workspace, route));
  }

  /** The route of a `connect`; waits for a window that is still starting. */
  async resolve(hello: RouteAsk): Promise<SessionRoute> {
    if (hello.definition !== undefined) return this.#ownRoute(hello, hello.definition);
    const { workspace, route: name } = hello;
    const found = await this.#waitFor(keyOf(workspace, name));
    if (found === undefined) {
      throw new TaskHandlesError(
        'unknown_route',
        `Server \`${name}\` is not tracked in this workspace; open the workspace in the editor, ` +
          'or track the server again.',
      );
    }
    return this.#tracked(workspace, found);
  }

  /** The route as windows define it now; what it is may change while it is in use. */
  find(workspace: string | null, name: string): SessionRoute | null {
    const found = this.#routes.get(keyOf(workspace, name));
    return found === undefined ? null : this.#tracked(workspace, found);
  }

  dispose(): void {
    this.#changed.dispose();
    this.#learned.dispose();
  }

  /** As it is now and will be: settings and definitions may change. */
  #tracked(workspace: string | null, found: RouteDefinition): SessionRoute {
    const { name } = found;
    const current = () => this.#routes.get(keyOf(workspace, name)) ?? found;
    return {
      name,
      workspace,
      get definition(): ServerDefinition {
        return current().definition;
      },
      policy: () => current().policy,
    };
  }

  #ownRoute(hello: RouteAsk, definition: ServerDefinition): SessionRoute {
    const policy: RoutePolicy = hello.policy ?? {};
    const { route: name, workspace } = hello;
    const route = { name, workspace, definition, policy: () => policy };
    this.#learned.fire(route);
    return route;
  }

  #waitFor(key: string): Promise<RouteDefinition | undefined> {
    const known = this.#routes.get(key);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      const finish = toDisposable(() => {
        timer.dispose();
        listener.dispose();
        resolve(this.#routes.get(key));
      });
      const timer = this.clock.after(ROUTE_WAIT_MS, () => finish.dispose());
      const listener = this.#changed.event(() => {
        if (this.#routes.has(key)) finish.dispose();
      });
    });
  }
}

function keyOf(workspace: string | null, name: string): string {
  return `${workspace ?? ''}\n${name}`;
}
