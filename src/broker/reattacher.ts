import { type HttpDefinition, isHttpDefinition } from '../brokerApi/brokerProtocol.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { messageOf } from '../common/errors.ts';
import { type ReattachContext, ReattachedCall } from '../proxy/downstream/reattachedCall.ts';
import type { SessionRoute } from '../proxy/proxyContext.ts';
import type { Upstream } from '../proxy/upstream/upstream.ts';
import { definitionKey } from '../proxy/upstream/upstreamKey.ts';
import { DEFAULT_POLICY } from '../registry/policy.ts';
import { isFindable } from '../registry/remoteWork.ts';
import type { TaskEvent } from '../registry/taskEvent.ts';
import {
  type HandleId,
  isTerminal,
  type RemoteWork,
  type TaskRecord,
} from '../registry/taskRecord.ts';
import type { RouteTable } from './routeTable.ts';

/** A task whose server has not told of it yet. */
interface Search {
  readonly call: ReattachedCall;
  readonly remote: RemoteWork;
  /** Of the definition that it was asked with last. */
  definitionKey: string | null;
  readonly owned: DisposableStore;
}

/**
 * Finds the work of tasks again that a broker before us has left at remote servers (P5). Where that
 * takes credentials, which are never on disk, it waits until the server is defined again; in vain
 * for longer than `reattachTimeoutMs`, and the task is `lost`.
 */
export class Reattacher implements Disposable {
  readonly #searches = new Map<HandleId, Search>();
  readonly #owned = new DisposableStore();

  constructor(
    private readonly context: ReattachContext,
    private readonly routes: Pick<RouteTable, 'find' | 'onDidLearn'>,
  ) {
    this.#owned.add(routes.onDidLearn((route) => this.#onRoute(route)));
  }

  /** Takes up every live task that nobody has, and whose work can be found. */
  takeUp(): void {
    const { registry, calls } = this.context;
    for (const record of registry.all()) {
      if (isFindable(record) && calls.ofHandle(record.handle) === undefined) this.#search(record);
    }
  }

  dispose(): void {
    for (const { owned } of this.#searches.values()) owned.dispose();
    this.#searches.clear();
    this.#owned.dispose();
  }

  #search(record: TaskRecord): void {
    const { remote, handle, deadlines } = record;
    if (remote === null) return;
    const { context } = this;
    const call = new ReattachedCall(context, record);
    const owned = new DisposableStore();
    const search: Search = { call, remote, definitionKey: null, owned };
    this.#searches.set(handle, search);
    context.calls.add(call);
    context.calls.becameTask(call, handle);
    const limitMs = deadlines.reattachTimeoutMs ?? DEFAULT_POLICY.reattachTimeoutMs;
    owned.add(context.clock.after(limitMs, () => this.#giveUp(search, limitMs)));
    owned.add(call.onDidAttach(() => this.#found(search)));
    owned.add(context.registry.onDidChangeOf(handle)((now) => this.#onChange(search, now)));
    // What was asked went with the old broker; a server that still wants to know asks again.
    if (record.status === 'input_required') this.#record(handle, { type: 'inputProvided' });
    // What is kept of a url holds no secret: the server is reached without one, or refuses.
    if (remote.url !== null) void this.#ask(search, { type: 'http', url: remote.url, headers: {} });
    const known = this.routes.find(record.workspace, record.route);
    if (known !== null) this.#onRoute(known);
  }

  #onRoute({ name, workspace, definition }: SessionRoute): void {
    if (!isHttpDefinition(definition) || definition.type !== 'http') return;
    for (const search of this.#searches.values()) {
      const { call, remote } = search;
      const isIts = call.route.name === name && call.route.workspace === workspace;
      const isThere = remote.url === null || remote.url === definition.url;
      if (isIts && isThere && search.definitionKey !== definitionKey(definition)) {
        void this.#ask(search, definition);
      }
    }
  }

  async #ask(search: Search, definition: HttpDefinition): Promise<void> {
    const { pool, log } = this.context;
    const { call, remote } = search;
    const key = definitionKey(definition);
    search.definitionKey = key;
    try {
      const upstream = await pool.resume(call.route.name, definition, remote);
      if (search.owned.isDisposed || search.definitionKey !== key) await upstream.shutDown();
      else this.#askAt(upstream, search);
    } catch (error) {
      log.write('warn', `${call.handle} was not found at its server: ${messageOf(error)}`, error);
    }
  }

  #askAt(upstream: Upstream, { call, remote }: Search): void {
    call.askAt(upstream, remote);
    const record = this.context.registry.get(call.handle);
    if (record !== undefined && !isTerminal(record.status)) return;
    call.cancelUpstream('The task was revoked.', { forget: false });
  }

  #found(search: Search): void {
    const { handle } = search.call;
    this.context.log.write('info', `${handle} goes on: its server has told of it.`);
    this.#stop(search);
  }

  /** Ended while it was looked for. Where it was revoked, its server is told when it is found. */
  #onChange(search: Search, { status, reason }: TaskRecord): void {
    if (!isTerminal(status)) return;
    const isUntold = reason?.code === 'revoked' && search.call.upstream === null;
    if (search.call.upstream === null) search.call.release();
    if (!isUntold) this.#stop(search);
  }

  #stop({ call, owned }: Search): void {
    this.#searches.delete(call.handle);
    owned.dispose();
  }

  #giveUp(search: Search, limitMs: number): void {
    const { call, definitionKey: key } = search;
    const why = key === null ? 'was not defined again' : 'did not tell of the task';
    const note = `After a restart of the broker its server ${why} within ${Math.round(limitMs / 1000)} s; how the call ended is unknown.`;
    this.#record(call.handle, { type: 'lost', note });
    this.#stop(search);
    void call.upstream?.shutDown();
    call.release();
  }

  #record(handle: HandleId, event: TaskEvent): void {
    const { registry, log } = this.context;
    registry.apply(handle, event).catch((error: unknown) => {
      log.write('error', `A change of ${handle} was not recorded: ${messageOf(error)}`, error);
    });
  }
}
