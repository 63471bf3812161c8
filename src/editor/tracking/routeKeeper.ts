import * as vscode from 'vscode';
import { type Clock, systemClock } from '../../common/clock.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import { Emitter, type Event } from '../../common/event.ts';
import type { Log } from '../../common/log.ts';
import type { BrokerLink } from '../brokerLink.ts';
import type { ActiveRoute, RoutePlan, Waiting } from './activeRoute.ts';

export interface RouteKeeperOptions {
  readonly link: BrokerLink;
  readonly log: Log;
  /** Reads everything anew and decides; asks nobody. */
  readonly plan: () => Promise<RoutePlan>;
  readonly clock?: Clock;
}

const SETTLE_MS = 250;

/** Keeps the editor and the broker told of the routes of this window. */
export class RouteKeeper implements Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<void>());
  readonly #waited = this.#store.add(new Emitter<readonly Waiting[]>());
  readonly #clock: Clock;
  #routes: readonly ActiveRoute[] = [];
  #running: Promise<void> | undefined;
  #isAgainWanted = false;
  #hasLooked = false;
  #pause: Disposable | undefined;

  /** The routes are others, or look different. */
  readonly onDidChange: Event<void> = this.#changed.event;
  /** What is not ready, after each look. */
  readonly onDidLook: Event<readonly Waiting[]> = this.#waited.event;

  constructor(private readonly options: RouteKeeperOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#store.add(options.link.onDidConnect(() => void this.#define()));
  }

  get routes(): readonly ActiveRoute[] {
    return this.#routes;
  }

  /** Resolves when everything has been looked at once. */
  async whenLooked(): Promise<void> {
    if (!this.#hasLooked) await this.look();
  }

  /** Looks again a moment later: editors write a file in several steps. */
  lookSoon(): void {
    this.#pause?.dispose();
    this.#pause = this.#clock.after(SETTLE_MS, () => void this.look());
  }

  /** Looks again now; resolves when what was there at the time of asking has been seen. */
  async look(): Promise<void> {
    if (this.#running !== undefined) {
      this.#isAgainWanted = true;
      return this.#running;
    }
    this.#running = this.#lookUntilDone();
    try {
      await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  dispose(): void {
    this.#pause?.dispose();
    this.#store.dispose();
  }

  async #lookUntilDone(): Promise<void> {
    do {
      this.#isAgainWanted = false;
      await this.#lookOnce();
    } while (this.#isAgainWanted && !this.#store.isDisposed);
  }

  async #lookOnce(): Promise<void> {
    try {
      const plan = vscode.workspace.isTrusted
        ? await this.options.plan()
        : { routes: [], waiting: [] };
      if (this.#store.isDisposed) return;
      this.#hasLooked = true;
      await this.#take(plan);
    } catch (error) {
      this.options.log.write('error', `The tracked servers: ${messageOf(error)}`, error);
    }
  }

  async #take({ routes, waiting }: RoutePlan): Promise<void> {
    const before = JSON.stringify(this.#routes);
    const kept = this.#keptOf(waiting);
    this.#routes = [...routes, ...kept];
    if (JSON.stringify(this.#routes) !== before) {
      // The broker first: the editor may start a `connect` as soon as it is told.
      await this.#define();
      this.#changed.fire();
    }
    this.#waited.fire(waiting);
  }

  /** While a file is broken, what was read from it last holds. */
  #keptOf(waiting: readonly Waiting[]): ActiveRoute[] {
    const unreadable = waiting.filter(({ obstacle }) => obstacle.kind === 'unreadable');
    const names = new Set(unreadable.map(({ tracked }) => tracked.route));
    return this.#routes.filter(({ route }) => names.has(route));
  }

  async #define(): Promise<void> {
    const { link, log } = this.options;
    // A connection that comes later is told by `onDidConnect`.
    if (link.state !== 'connected') return;
    const routes = this.#routes.map(({ definition }) => definition);
    try {
      await link.request('routes/define', { workspace: link.workspaceId, routes });
      log.write('debug', `The broker knows ${routes.length} tracked servers of this window.`);
    } catch (error) {
      log.write('warn', `The broker did not take the tracked servers: ${messageOf(error)}`, error);
    }
  }
}
