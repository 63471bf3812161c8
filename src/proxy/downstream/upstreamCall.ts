import type { Disposable } from '../../common/disposable.ts';
import { Emitter } from '../../common/event.ts';
import type { HandleId } from '../../registry/taskRecord.ts';
import type { RequestObserver } from '../upstream/requestObserver.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { type InputRound, retryOf } from '../wire/inputRounds.ts';
import type { WireMessage } from '../wire/wireMessage.ts';
import { type AskedTask, askRound, askWhenTask, isLive } from './taskInput.ts';
import { TimedCall } from './timedCall.ts';

/** A call's hold on its upstream: sends it, asks it to stop, and hears what it asks a task. */
export abstract class UpstreamCall extends TimedCall implements RequestObserver {
  handle: HandleId | null = null;
  /** Whether another call used the same upstream meanwhile: then descendants are nobody's own. */
  hasOverlapped = false;
  upstream: Upstream | null = null;
  starting: Promise<void> = Promise.resolve();

  #request = 0;
  /** Its upstream was asked to stop: nothing is sent again, whatever the record says by now. */
  #isStopped = false;
  #settled: Emitter<void> | null = null;
  #startAlone: AbortController | null = null;

  abstract onResponse(answer: WireMessage): void;
  abstract onGone(why: string): void;
  /** The upstream is needed no more. */
  protected abstract end(): void;
  /** Settles when the call, on its way to be a task, is one; `null` where it is on no way. */
  protected abstract becomingTask(): Promise<void> | null;

  /** An upstream of its own is started; `signal` tells that nobody needs it any more (P6). */
  startAlone(start: (signal: AbortSignal) => Promise<void>): void {
    this.#startAlone = new AbortController();
    this.starting = start(this.#startAlone.signal);
  }

  /** The upstream's answer has come, or it has gone. */
  onDidSettle(listener: () => void): Disposable {
    this.#settled ??= new Emitter();
    return this.#settled.event(listener);
  }

  /** Whether the upstream still owes an answer. */
  get isPendingUpstream(): boolean {
    return this.upstream?.isPending(this.#request) ?? false;
  }

  cancelUpstream(reason: string, options: { forget: boolean }): void {
    this.#isStopped = true;
    this.upstream?.cancel(this.#request, { reason, ...options });
    if (options.forget) this.letGoOfUpstream();
  }

  /** The server asks, and no host is there to take it: the task does. */
  onAsk(request: WireMessage, send: (line: string) => void): (() => void) | null {
    const becoming = this.becomingTask();
    if (becoming === null && this.asked === null) return null;
    return askWhenTask(
      (becoming ?? Promise.resolve()).then(() => this.asked),
      request,
      send,
    );
  }

  protected get isStopped(): boolean {
    return this.#isStopped;
  }

  /** The task, as long as it may ask, and is to be run at all. */
  protected get asked(): AskedTask | null {
    const { handle } = this;
    const { registry, questions } = this.options.context;
    if (handle === null || this.#isStopped || !isLive(registry, handle)) return null;
    return { handle, questions };
  }

  protected sendTo(upstream: Upstream, message: WireMessage): void {
    this.upstream = upstream;
    this.#request = upstream.forwardCall(message, this);
  }

  protected settle(): void {
    this.#settled?.fire();
  }

  /** The task goes on when its questions are answered: by the same call, sent with the answers. */
  protected ask(round: InputRound): void {
    const { asked } = this;
    if (asked === null) {
      this.end();
      return;
    }
    this.upstream?.awaitRetry(this.#request, this);
    askRound(asked, round, (responses) => {
      if (this.asked === null) return;
      const retry = retryOf(this.options.message, { ...round, responses });
      const { upstream } = this;
      if (retry === null || upstream === null || upstream.isLeaving) {
        this.onGone('Its server was gone before the question could be answered.');
      } else this.sendTo(upstream, retry);
    });
  }

  protected letGoOfUpstream(): void {
    this.#startAlone?.abort();
    if (this.upstream !== null) this.options.context.pool.reconsider(this.upstream);
  }
}
