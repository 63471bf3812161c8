import type { Disposable } from '../../../common/disposable.ts';
import type { Log } from '../../../common/log.ts';

/** `fetch`, as far as the transports use it. */
export type FetchLike = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** The part of undici's `Agent` that is used here. */
interface Dispatcher {
  destroy(): Promise<void>;
}

/** Where the undici that is built into Node keeps its dispatcher. */
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/**
 * Node's `fetch` without its limits: it kills a call that sends nothing for 300 s, and long calls
 * are what we are for. Connections are its own, and end with it.
 */
export function untimedFetch(log: Log): Disposable & { readonly fetch: FetchLike } {
  const dispatcher = ownDispatcher();
  if (dispatcher === undefined) {
    log.write('warn', 'This Node ends calls to remote servers that are silent for 300 s.');
  }
  // `dispatcher` is undici's own addition to the standard's init.
  return {
    fetch: (url, init) => fetch(url, { ...init, dispatcher } as RequestInit),
    dispose: () => void dispatcher?.destroy().catch(() => {}),
  };
}

/** What can be made with nothing but options; behind other names are things that wrap another. */
const KNOWN: ReadonlySet<string> = new Set(['Agent', 'EnvHttpProxyAgent']);

/**
 * Node gives no access to the `Agent` of its undici but through the one that it has made itself,
 * as soon as anything of fetch was used. An agent of another undici would not fit its fetch.
 */
function ownDispatcher(): Dispatcher | undefined {
  void new Headers();
  const inUse: unknown = Reflect.get(globalThis, GLOBAL_DISPATCHER);
  if (typeof inUse !== 'object' || inUse === null) return undefined;
  // Of the same kind: with NODE_USE_ENV_PROXY it is one that goes through the proxy.
  const Agent = inUse.constructor as new (options: object) => Dispatcher;
  return KNOWN.has(Agent.name) ? new Agent({ headersTimeout: 0, bodyTimeout: 0 }) : undefined;
}
