import type { ServerDefinition } from '../../brokerApi/brokerProtocol.ts';
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import { TaskHandlesError } from '../../common/errors.ts';
import { Emitter } from '../../common/event.ts';
import type { Log } from '../../common/log.ts';
import type { RemoteWork } from '../../registry/taskRecord.ts';
import { EraMemory } from './eras/eraMemory.ts';
import type { Opening } from './opening.ts';
import { type OpenServerOptions, openServer } from './openServer.ts';
import { Upstream } from './upstream.ts';
import type { StartUpstream } from './upstreamChannel.ts';

/** What the upstreams of a broker are started and kept with. */
export interface UpstreamPoolOptions {
  readonly start: StartUpstream;
  readonly clock: Clock;
  readonly log: Log;
  /** How long an upstream without live work waits to be adopted after its downstream left. */
  readonly lingerMs: number;
}

interface Entry {
  readonly upstream: Upstream;
  key: string | null;
  linger: Disposable | null;
  isKept: boolean;
}

type Server = Pick<OpenServerOptions, 'definition' | 'opening' | 'resume'>;

/**
 * Every upstream of this broker: one downstream each, and those whose downstream has left but
 * whose work goes on (P5). An equal key adopts; nothing else shares.
 */
export class UpstreamPool implements Disposable {
  readonly #entries = new Map<string, Entry>();
  readonly #eras = new EraMemory();
  readonly #changedUse = new Emitter<Upstream>();
  #lastId = 0;
  #isShutDown = false;

  /** A connection, or its own call, has taken it over, or has left it. */
  readonly onDidChangeUse = this.#changedUse.event;

  constructor(private readonly options: UpstreamPoolOptions) {}

  get size(): number {
    return this.#entries.size;
  }

  /** Opens a server for a client that opens so. Rejects with one clear line, leaving nothing. */
  async start(route: string, definition: ServerDefinition, opening: Opening): Promise<Upstream> {
    return await this.#open(route, { definition, opening });
  }

  /** Opens a remote server where work of an earlier connection is; adopted by nobody. */
  async resume(route: string, definition: ServerDefinition, work: RemoteWork): Promise<Upstream> {
    return await this.#open(route, { definition, opening: { dialect: 'legacy' }, resume: work });
  }

  /** As `start`, for one call alone: ended as soon as that is over, adopted by nobody. */
  async startOwn(route: string, definition: ServerDefinition, opening: Opening): Promise<Upstream> {
    return await this.#open(route, { definition, opening }, true);
  }

  /** Whether an upstream of one call stays without work: before the call, or because it may come again. */
  keep(upstream: Upstream, isKept: boolean): void {
    const entry = this.#entries.get(upstream.id);
    if (entry !== undefined) entry.isKept = isKept;
    this.#changedUse.fire(upstream);
  }

  async #open(route: string, server: Server, isOwn = false): Promise<Upstream> {
    this.#lastId += 1;
    const id = `u${this.#lastId}`;
    const { start, clock, log } = this.options;
    const eras = this.#eras;
    if (this.#isShutDown) throw leaving();
    const channel = await openServer({ ...server, start, id, route, clock, log, eras });
    // The end has come while it was starting: nobody else would end it.
    if (this.#isShutDown) {
      await channel.shutDown();
      throw leaving();
    }
    const upstream = new Upstream({ id, route, channel, log, isOwn });
    const entry: Entry = { upstream, key: null, linger: null, isKept: false };
    this.#entries.set(id, entry);
    // Ends with the upstream: kept here, one would be left over for each that was ever started.
    upstream.onGone(() => this.#forget(entry));
    return upstream;
  }

  /** From now on a connection with an equal key may adopt it when it is free. */
  setKey(upstream: Upstream, key: string): void {
    const entry = this.#entries.get(upstream.id);
    if (entry !== undefined) entry.key = key;
  }

  /** Takes over a free, initialised upstream with this key. */
  adopt(key: string): Upstream | null {
    for (const entry of this.#entries.values()) {
      const { upstream } = entry;
      if (entry.key !== key || upstream.listener !== null || upstream.handshake === null) continue;
      if (upstream.isLeaving || upstream.standstill.isPaused) continue;
      entry.linger?.dispose();
      entry.linger = null;
      this.#changedUse.fire(upstream);
      return upstream;
    }
    return null;
  }

  /** The downstream has left: the upstream lives while work is in flight, then lingers, then ends. */
  release(upstream: Upstream): void {
    upstream.detach();
    this.#changedUse.fire(upstream);
    this.reconsider(upstream);
  }

  /** Called when work of a free upstream has ended, or the call of one that is its own. */
  reconsider(upstream: Upstream): void {
    const entry = this.#entries.get(upstream.id);
    if (entry === undefined) return;
    if (upstream.isOwn) this.#endIfDone(entry);
    else if (upstream.listener === null) this.#lingerThenEnd(entry);
  }

  #endIfDone(entry: Entry): void {
    if (entry.upstream.inFlight === 0 && !entry.isKept) void this.#end(entry);
  }

  #lingerThenEnd(entry: Entry): void {
    entry.linger?.dispose();
    entry.linger = this.options.clock.after(this.options.lingerMs, () => this.#endIfIdle(entry));
  }

  /** Ends every upstream, and starts no other; for the broker's own end. */
  async shutDown(): Promise<void> {
    this.#isShutDown = true;
    const all = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(all.map((entry) => this.#end(entry)));
  }

  dispose(): void {
    for (const entry of this.#entries.values()) entry.linger?.dispose();
    this.#changedUse.dispose();
  }

  #endIfIdle(entry: Entry): void {
    const { upstream } = entry;
    if (upstream.listener !== null) return;
    if (upstream.inFlight > 0) this.#lingerThenEnd(entry);
    else void this.#end(entry);
  }

  async #end(entry: Entry): Promise<void> {
    entry.linger?.dispose();
    entry.key = null;
    await entry.upstream.shutDown();
  }

  #forget(entry: Entry): void {
    entry.linger?.dispose();
    this.#entries.delete(entry.upstream.id);
  }
}

function leaving(): TaskHandlesError {
  return new TaskHandlesError('upstream_start_failed', 'The broker is ending; call again.');
}
