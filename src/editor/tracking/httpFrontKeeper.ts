import type { HomePaths } from '../../brokerApi/home.ts';
import { ifKnown } from '../../brokerApi/ifKnown.ts';
import { keptToken } from '../../brokerApi/tokenFile.ts';
import type { Disposable } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { BrokerLink } from '../brokerLink.ts';

export interface HttpFrontKeeperOptions {
  readonly link: Pick<BrokerLink, 'onDidConnect' | 'request' | 'state' | 'workspaceId'>;
  readonly paths: HomePaths;
  readonly log: Log;
  /** As it is set now; 0: nothing is served. */
  readonly port: () => number;
}

/**
 * Has the broker serve the tracked servers of this window over HTTP as well, if a setting says at
 * which port. The front goes with the window's link, and comes again with the next.
 */
export class HttpFrontKeeper implements Disposable {
  readonly #subscription: Disposable;
  #isDisposed = false;
  #work: Promise<void> = Promise.resolve();
  /** What is open through the present link. */
  #open: { readonly url: string; readonly port: number } | null = null;

  constructor(private readonly options: HttpFrontKeeperOptions) {
    this.#subscription = options.link.onDidConnect(() => {
      this.#open = null;
      void this.apply();
    });
  }

  /** The setting may have changed. One change after the other: a port must be free to be taken. */
  apply(): Promise<void> {
    this.#work = this.#work.then(() => this.#apply());
    return this.#work;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#subscription.dispose();
  }

  async #apply(): Promise<void> {
    const { link, log } = this.options;
    const port = this.options.port();
    // A connection that comes later is told by `onDidConnect`.
    if (this.#isDisposed || link.state !== 'connected') return;
    if (port === (this.#open?.port ?? 0)) return;
    try {
      if (this.#open !== null) await link.request('fronts/close', { url: this.#open.url });
      this.#open = null;
      if (port > 0) await this.#serve(port);
    } catch (error) {
      log.write('warn', `The tracked servers are not served over HTTP: ${messageOf(error)}`, error);
    }
  }

  async #serve(port: number): Promise<void> {
    const { link, paths, log } = this.options;
    const token = keptToken(paths.httpToken);
    const params = { route: null, workspace: link.workspaceId, port, token };
    const opened = await ifKnown(link.request('fronts/open', params));
    if (opened === undefined) throw new Error('the broker is older than this window');
    this.#open = { url: opened.url, port };
    log.write(
      'info',
      `The tracked servers are served at ${opened.url}/NAME; the token lies in ${paths.httpToken}.`,
    );
  }
}
