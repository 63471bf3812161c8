import type { ServerDefinition } from '../../brokerApi/brokerProtocol.ts';
import { messageOf } from '../../common/errors.ts';
import { PRODUCT } from '../../common/product.ts';
import type { ProxyContext, SessionRoute } from '../proxyContext.ts';
import type { Opening } from '../upstream/opening.ts';
import type { UpstreamListener } from '../upstream/requestObserver.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { upstreamKey } from '../upstream/upstreamKey.ts';
import { ClientGreeting } from './clientGreeting.ts';
import { Restarter } from './restarter.ts';

/** Work that needs the upstream; exactly one of the two runs, once. */
interface Waiter {
  readonly run: (upstream: Upstream) => void;
  readonly fail: (why: string) => void;
}

/** The session behind a binding. */
export interface SessionListener extends UpstreamListener {
  /** The server was started again by itself. `resultText`: what it says it is, as JSON text. */
  startedAgain(resultText: string): void;
}

/**
 * One connection's hold on its upstream: starts it when first needed, adopts a free one with an
 * equal key, and starts it again, silently initialised, when it has gone and is needed once more; by
 * itself where it was cut short.
 */
export class UpstreamBinding {
  /** What a fresh process must be told. */
  readonly greeting = new ClientGreeting();
  #upstream: Upstream | null = null;
  /** What it was started with: the route may have been redefined since. */
  #definition: ServerDefinition;
  #waiting: Waiter[] | null = null;
  /** What goes on with the next upstream, whoever has it started. */
  #standing: Waiter[] = [];
  readonly #restarter: Restarter;
  #isReleased = false;

  constructor(
    private readonly context: ProxyContext,
    private readonly route: SessionRoute,
    private readonly listener: SessionListener,
  ) {
    this.#definition = route.definition;
    this.#restarter = new Restarter({
      clock: context.clock,
      isHalted: () => context.authority.isHalted(route),
      start: (why) => this.#startAgain(why),
      giveUp: (why) => this.#giveUp(why),
    });
  }

  /** How its client opens: before its first request, and when it falls back to `initialize`. */
  open(opening: Opening): void {
    const isAnother = opening.dialect !== this.greeting.opening.dialect;
    this.greeting.opening = opening;
    if (!isAnother || this.#upstream === null) return;
    this.#restarter.dispose();
    this.context.pool.release(this.#upstream);
    this.#upstream = null;
  }

  /** What takes requests: one that is being ended is replaced before it has gone. */
  get current(): Upstream | null {
    return this.#upstream?.isLeaving === false ? this.#upstream : null;
  }

  /** The upstream, when nothing waits for it to start: what goes to it now keeps its order. */
  get ready(): Upstream | null {
    return this.#waiting === null ? this.current : null;
  }

  /** Whether it is there, or on its way: nothing has to be started for one line more. */
  get isThere(): boolean {
    return this.#waiting !== null || this.current !== null;
  }

  /** Runs at once when the upstream is there, else in order when it is, or fails with one line. */
  withUpstream(run: Waiter['run'], fail: Waiter['fail']): void {
    const upstream = this.current;
    if (this.#waiting !== null) this.#waiting.push({ run, fail });
    else if (upstream !== null) run(upstream);
    else {
      this.#waiting = [{ run, fail }];
      void this.#start();
    }
  }

  /** The upstream has gone: runs with the next one, or fails where none is on its way. */
  whenStartedAgain(run: Waiter['run'], fail: () => void): void {
    const next = this.current;
    if (next !== null) run(next);
    else if (this.#waiting !== null || this.#restarter.isDue) this.#standing.push({ run, fail });
    else fail();
  }

  /** Before `initialize` is forwarded: takes over a free upstream with an equal key, if any. */
  adopt(paramsText: string): Upstream | null {
    this.greeting.paramsText = paramsText;
    if (this.#waiting !== null) return null;
    const { definition } = this.route;
    const adopted = this.context.pool.adopt(this.#keyOf(definition));
    if (adopted === null) return null;
    const probed = this.current;
    if (probed !== null) this.context.pool.release(probed);
    this.#use(adopted);
    this.#definition = definition;
    adopted.listener = this.listener;
    return adopted;
  }

  /** The upstream has agreed: others may adopt it one day, and a restart repeats the handshake. */
  handshakeDone(paramsText: string, resultText: string): void {
    const upstream = this.current;
    if (upstream === null) return;
    upstream.handshake = { paramsText, resultText };
    this.context.pool.setKey(upstream, this.#keyOf(this.#definition));
  }

  /** What is started meanwhile is read until its own lines are too many. */
  holdOutput(isHeld: boolean): void {
    this.#upstream?.holdOutput(isHeld);
  }

  /** The connection leaves; the upstream stays while it has work. */
  release(): void {
    this.#isReleased = true;
    this.#restarter.dispose();
    this.#standing = [];
    if (this.#upstream !== null) this.context.pool.release(this.#upstream);
    this.#upstream = null;
  }

  #use(upstream: Upstream): void {
    this.#upstream = upstream;
    this.#restarter.watch(upstream);
  }

  async #startAgain(why: string): Promise<boolean> {
    if (this.#waiting !== null || this.current !== null) return true;
    this.#waiting = [];
    const upstream = await this.#start();
    if (upstream === null) return this.#isReleased;
    this.#say(`${why} It has been started again.`);
    this.listener.startedAgain(upstream.handshake?.resultText ?? '{}');
    return true;
  }

  #giveUp(why: string): void {
    this.#say(`${why} It is started again when it is needed.`);
    this.#failStanding(why);
  }

  #say(text: string): void {
    this.context.log.write('info', text);
    this.listener.stderr(`${PRODUCT}: ${text}\n`);
  }

  /** Never rejects: `null` when it did not start, or nobody needs it any more. */
  async #start(): Promise<Upstream | null> {
    try {
      const { name, definition } = this.route;
      const { opening } = this.greeting;
      const upstream =
        this.#adoptModern(definition) ?? (await this.context.pool.start(name, definition, opening));
      if (this.#isReleased) {
        await upstream.shutDown();
        return null;
      }
      if (opening.dialect !== this.greeting.opening.dialect) {
        void upstream.shutDown();
        return await this.#start();
      }
      this.#definition = definition;
      upstream.listener = this.listener;
      if (opening.dialect === 'modern') this.#greetedModern(upstream);
      if (this.greeting.paramsText !== null && this.#hasHandshake) {
        await this.#repeatHandshake(upstream);
      }
      if (this.#isReleased) {
        this.context.pool.release(upstream);
        return null;
      }
      if (upstream.isGone) throw new Error('It ended as soon as it had started.');
      if (this.#upstream?.isGone === false) this.context.pool.release(this.#upstream);
      this.#use(upstream);
      this.#drain((waiter) => waiter.run(upstream));
      for (const { run } of this.#standing.splice(0)) run(upstream);
      return upstream;
    } catch (error) {
      const why = messageOf(error);
      this.context.log.write('warn', `Server \`${this.route.name}\` did not start: ${why}`, error);
      this.#drain((waiter) => waiter.fail(why));
      if (!this.#restarter.isDue) this.#failStanding(why);
      return null;
    }
  }

  /** A modern client says everything with each request: whatever was opened so may be adopted. */
  #adoptModern(definition: ServerDefinition): Upstream | null {
    if (this.greeting.opening.dialect === 'legacy') return null;
    return this.context.pool.adopt(this.#keyOf(definition));
  }

  #greetedModern(upstream: Upstream): void {
    upstream.handshake ??= { paramsText: '{}', resultText: '{}' };
    this.context.pool.setKey(upstream, this.#keyOf(this.#definition));
  }

  /** Whether this connection has got through `initialize` once. */
  get #hasHandshake(): boolean {
    return this.#upstream !== null && this.#upstream.handshake !== null;
  }

  #failStanding(why: string): void {
    for (const { fail } of this.#standing.splice(0)) fail(why);
  }

  #drain(settle: (waiter: Waiter) => void): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const waiter of waiting) settle(waiter);
  }

  /** A fresh process in the place of one that has gone: the downstream notices nothing. */
  async #repeatHandshake(upstream: Upstream): Promise<void> {
    try {
      const resultText = await this.greeting.repeat(upstream);
      upstream.handshake = { paramsText: this.greeting.paramsText ?? '{}', resultText };
      this.context.pool.setKey(upstream, this.#keyOf(this.#definition));
    } catch (error) {
      upstream.listener = null;
      void upstream.shutDown();
      throw error;
    }
  }

  #keyOf(definition: ServerDefinition): string {
    const { workspace, name } = this.route;
    return upstreamKey({ workspace, route: name, definition, ...this.greeting.key });
  }
}
