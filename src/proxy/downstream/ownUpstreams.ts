import type { Disposable } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import { parseJson } from '../../common/json.ts';
import { memberOf } from '../../common/jsonSpans.ts';
import type { DownstreamPort, ProxyContext, SessionRoute } from '../proxyContext.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { inputRoundOf } from '../wire/inputRounds.ts';
import { Method } from '../wire/mcpNames.ts';
import { sliceOf, type WireMessage } from '../wire/wireMessage.ts';
import type { ClientGreeting } from './clientGreeting.ts';
import type { WaitingCall } from './liveCalls.ts';
import { RenamedRequests } from './renamedRequests.ts';
import type { ToolCall } from './toolCall.ts';

export interface OwnUpstreamsOptions {
  readonly context: ProxyContext;
  readonly route: SessionRoute;
  readonly port: DownstreamPort;
  readonly greeting: ClientGreeting;
}

/** What becomes of an upstream that is started for a call. */
export interface OwnUse {
  /** What it makes of the upstream ends with the call; where it makes nothing of it, it is ended. */
  readonly run: (upstream: Upstream) => unknown;
  readonly fail: (why: string) => void;
  /** The call has ended before it began: what is started for it is ended at once. */
  readonly signal: AbortSignal;
}

/** Of a call that was answered with questions: it comes again with the answers (2026-07-28). */
interface Kept extends WaitingCall {
  /** Of its state: two servers may write the same. */
  readonly key: string;
  readonly upstream: Upstream;
  readonly limit: Disposable;
}

/** What tells of lists and resources: the shared server does, and once is enough. */
const TOLD_BY_SHARED: ReadonlySet<string> = new Set([
  Method.toolsChanged,
  Method.promptsChanged,
  Method.resourcesChanged,
  Method.resourceUpdated,
]);

/** One that is not initialised by then is taken for broken: it must not be left behind (P13). */
const GREETING_LIMIT_MS = 60_000;
/** As long as a bridge of eras holds what its client was asked. */
const KEPT_MS = 3_600_000;

/**
 * The upstreams of one connection's calls that have one each (`isolation: "perCall"`): started for the
 * call, initialised as the first one was, ended with the call. None is kept warm.
 */
export class OwnUpstreams {
  readonly #attached = new Set<Upstream>();
  readonly #asked = new RenamedRequests();
  /** The one that asked first stands first. */
  readonly #kept = new Set<Kept>();
  #isHeld = false;
  #isReleased = false;

  constructor(private readonly options: OwnUpstreamsOptions) {}

  /**
   * Starts an upstream for this call message, or takes that which waits for it. Never rejects;
   * resolves when it runs the call, or has gone.
   */
  async open(message: WireMessage, { run, fail, signal }: OwnUse): Promise<void> {
    const upstream = this.#takeKept(message) ?? (await this.#start(signal).catch(messageOf));
    if (typeof upstream === 'string') {
      fail(`${this.#nameOfOwn} could not be started: ${upstream}`);
      return;
    }
    // What it fails with is told by whoever waits for the call.
    await Promise.resolve(run(upstream)).catch(() => {});
    const { pool } = this.options.context;
    pool.keep(upstream, false);
    pool.reconsider(upstream);
  }

  /** The call's answer: where it asks something, the upstream waits for the call to come again. */
  answered(call: ToolCall, answer: WireMessage): void {
    const { upstream } = call;
    const stateText = inputRoundOf(answer)?.stateText ?? null;
    if (upstream === null || stateText === null || this.#isReleased) return;
    const { context } = this.options;
    context.pool.keep(upstream, true);
    const key = keyOf(stateText);
    const end = () => this.#letGo(kept);
    const limit = context.clock.after(KEPT_MS, end);
    const kept: Kept = { key, upstream, limit, call, end };
    this.#kept.add(kept);
    context.calls.asked.add(kept);
  }

  /** Whether the host answers here what one of these has asked. */
  takeAnswer(message: WireMessage): boolean {
    return this.#asked.takeAnswer(message);
  }

  /** A notification of the host: whether it is for one of these alone; else all hear of it. */
  takeNotification(message: WireMessage): boolean {
    if (message.method === Method.progress) return this.#asked.takeProgress(message);
    if (message.method === Method.initialized) return false;
    for (const upstream of this.#attached) upstream.sendRaw(message.text);
    return false;
  }

  holdOutput(isHeld: boolean): void {
    this.#isHeld = isHeld;
    for (const upstream of this.#attached) upstream.holdOutput(isHeld);
  }

  /** The connection leaves; each upstream stays while its call goes on. */
  release(): void {
    this.#isReleased = true;
    for (const kept of [...this.#kept]) this.#letGo(kept);
    for (const upstream of this.#attached) this.options.context.pool.release(upstream);
    this.#attached.clear();
  }

  /** Ours is no process where the server is a remote one. */
  get #nameOfOwn(): string {
    const { name, definition } = this.options.route;
    return 'url' in definition
      ? `A session of its own at server \`${name}\``
      : `A process of its own of server \`${name}\``;
  }

  async #start(signal: AbortSignal): Promise<Upstream> {
    const { context, route, greeting } = this.options;
    const { pool } = context;
    const upstream = await pool.startOwn(route.name, route.definition, greeting.opening);
    pool.keep(upstream, true);
    this.#attach(upstream);
    const end = () => void upstream.shutDown();
    signal.addEventListener('abort', end);
    try {
      if (!signal.aborted && greeting.opening.dialect === 'legacy') await this.#greet(upstream);
      signal.throwIfAborted();
      if (upstream.isLeaving) throw new Error('it ended before the call reached it.');
      return upstream;
    } catch (error) {
      await upstream.shutDown();
      throw error;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  #attach(upstream: Upstream): void {
    if (this.#isReleased) return;
    const { port } = this.options;
    this.#attached.add(upstream);
    upstream.listener = {
      receive: (message) => {
        if (TOLD_BY_SHARED.has(message.method)) return;
        const line = this.#asked.toHost(message, upstream);
        if (line !== null) port.send(line);
      },
      stderr: (text) => port.stderr(text),
    };
    if (this.#isHeld) upstream.holdOutput(true);
    upstream.onGone(() => this.#forget(upstream));
  }

  async #greet(upstream: Upstream): Promise<void> {
    const { context, greeting } = this.options;
    if (greeting.paramsText === null) return;
    let why: string | null = null;
    const limit = context.clock.after(GREETING_LIMIT_MS, () => {
      why = `it did not answer \`initialize\` within ${GREETING_LIMIT_MS / 1000} s.`;
      void upstream.shutDown();
    });
    try {
      await greeting.repeat(upstream);
    } catch (error) {
      throw why === null ? error : new Error(why);
    } finally {
      limit.dispose();
    }
  }

  #forget(upstream: Upstream): void {
    if (!this.#attached.delete(upstream)) return;
    for (const kept of this.#kept) if (kept.upstream === upstream) this.#drop(kept);
    for (const line of this.#asked.forget(upstream)) this.options.port.send(line);
  }

  /** That which has asked, for the call that brings the answers. */
  #takeKept({ text, params }: WireMessage): Upstream | null {
    if (this.#kept.size === 0 || params === null) return null;
    const state = memberOf(text, params, 'requestState');
    const key = state === null ? '' : keyOf(sliceOf(text, state));
    const kept = [...this.#kept].find((one) => one.key === key && !one.upstream.isLeaving);
    if (kept === undefined) return null;
    this.#drop(kept);
    return kept.upstream;
  }

  #letGo(kept: Kept): void {
    this.#drop(kept);
    this.options.context.pool.reconsider(kept.upstream);
  }

  #drop(kept: Kept): void {
    kept.limit.dispose();
    this.#kept.delete(kept);
    this.options.context.calls.asked.delete(kept);
    this.options.context.pool.keep(kept.upstream, false);
  }
}

/** One state may be written in two ways. */
function keyOf(stateText: string): string {
  return JSON.stringify(parseJson(stateText));
}
