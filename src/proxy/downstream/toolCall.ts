import type { Disposable } from '../../common/disposable.ts';
import { messageOf, TaskHandlesError } from '../../common/errors.ts';
import { Emitter } from '../../common/event.ts';
import { foldProgress } from '../../registry/progress.ts';
import type { HandleId, RemoteWork, TaskProgress, TaskRecord } from '../../registry/taskRecord.ts';
import type { RequestObserver, Upstream } from '../upstream/upstream.ts';
import { type InputRound, inputRoundOf, retryOf } from '../wire/inputRounds.ts';
import { parsedSpan, type WireMessage } from '../wire/wireMessage.ts';
import { CANCELLED_BY_CLIENT } from './inFlight.ts';
import type { LiveCall } from './liveCall.ts';
import { type AskedTask, askRound, askWhenTask, isLive } from './taskInput.ts';
import { TimedCall } from './timedCall.ts';
import { eventOf, progressFrom } from './upstreamAnswer.ts';

/** The connection that made a call, as long as it is there. Exactly one answer goes through it. */
export interface CallDownstream {
  answer(message: WireMessage): void;
  answerHandOff(record: TaskRecord, call: ToolCall): void;
  answerGone(why: string): void;
  answerRevoked(why: string): void;
  progress(message: WireMessage): void;
}

/**
 * One `tools/call` on its way: `open` until the answer or the hand-off, then a `task` whose
 * record is the registry's. Whatever happens first wins; the downstream gets one answer.
 */
export class ToolCall extends TimedCall implements RequestObserver, LiveCall {
  readonly kind = 'call';
  handle: HandleId | null = null;
  progress: TaskProgress | null = null;
  /** Whether another call used the same upstream meanwhile: then descendants are nobody's own. */
  hasOverlapped = false;
  upstream: Upstream | null = null;
  downstream: CallDownstream | null = null;

  #state: 'open' | 'handingOff' | 'task' | 'ended' = 'open';
  #upstreamRequest = 0;
  #answer: WireMessage | null = null;
  #whyGone: string | null = null;
  #remote: RemoteWork | null = null;
  #isTakenBack = false;
  /** Its upstream was asked to stop: nothing is sent again, whatever the record says by now. */
  #isStopped = false;
  #handOffDone: Promise<void> = Promise.resolve();
  #settled: Emitter<void> | null = null;

  get hasDownstream(): boolean {
    return this.downstream !== null;
  }

  /** As long as it lives, its upstream is held. */
  get isAttached(): boolean {
    return true;
  }

  get isTask(): boolean {
    return this.#state === 'task';
  }

  get isHandingOff(): boolean {
    return this.#state === 'handingOff';
  }

  get isWaiting(): boolean {
    return this.#state === 'open' || this.#state === 'handingOff';
  }

  /** Sends the call and starts the clocks of its row and its hand-off. */
  start(upstream: Upstream, downstream: CallDownstream): void {
    const { context, message, policy } = this.options;
    this.upstream = upstream;
    this.downstream = downstream;
    this.#upstreamRequest = upstream.forwardCall(message, this);
    context.calls.add(this);
    if (policy.policy === 'always') void this.handOff();
    else this.armClocks();
  }

  /**
   * A call with an idempotency key: its record is on disk before the server sees it, so that the
   * key never runs twice, whatever dies (P2). Rejects when the disk refuses: nothing has run.
   */
  async startRecorded(upstream: Upstream): Promise<HandleId> {
    const { context, message } = this.options;
    this.upstream = upstream;
    this.#state = 'handingOff';
    const draft = this.draft({ progress: null, upstream: upstream.facts, remote: null });
    const { handle } = await context.registry.create(draft).catch((error: unknown) => {
      this.#state = 'ended';
      const why = `\`${this.tool}\` was not run, because its key could not be recorded`;
      throw new TaskHandlesError('store_failed', `${why}: ${messageOf(error)}`, { cause: error });
    });
    this.handle = handle;
    this.#state = 'task';
    context.calls.add(this);
    context.calls.becameTask(this, handle);
    if (this.#isTakenBack) this.#endAsTakenBack(handle);
    else if (upstream.isLeaving) this.onGone('The server ended before the call reached it.');
    else this.#upstreamRequest = upstream.forwardCall(message, this);
    return handle;
  }

  protected show(): void {
    this.options.context.calls.show(this);
  }

  protected watch(): void {
    this.options.context.calls.watch(this);
  }

  /**
   * Makes the call a task: the record is on disk before the handle goes back (P1). Resolves when
   * it is a task or has ended; if the disk or the policy refuses, the call goes on untracked.
   */
  handOff(): Promise<void> {
    if (this.#state === 'open' && this.options.policy.policy !== 'never') {
      this.#state = 'handingOff';
      this.#handOffDone = this.#createTask();
    }
    return this.#handOffDone;
  }

  async #createTask(): Promise<void> {
    const { context } = this.options;
    try {
      const upstream = this.upstream?.facts ?? null;
      const draft = this.draft({ progress: this.progress, upstream, remote: this.#remote });
      const record = await context.registry.create(draft);
      this.#onCreated(record);
    } catch (error) {
      context.log.write('error', `\`${this.tool}\` goes on untracked: ${messageOf(error)}`, error);
      this.#state = 'open';
      this.#goOnUntracked();
    }
  }

  /** The disk refused: whatever came meanwhile is dealt with as if there had been no hand-off. */
  #goOnUntracked(): void {
    if (this.#isTakenBack) this.takeBack(CANCELLED_BY_CLIENT);
    else if (this.#answer !== null) this.#finishOpen(this.#answer);
    else if (this.#whyGone !== null) this.onGone(this.#whyGone);
    else this.showLater();
  }

  #onCreated(record: TaskRecord): void {
    this.handle = record.handle;
    this.#state = 'task';
    this.disarmClocks();
    const { calls, registry } = this.options.context;
    // What came while the record was being written.
    if (this.progress !== null) registry.tick(record.handle, this.progress);
    if (this.#remote !== record.remote) this.#recordRemote(record.handle);
    calls.becameTask(this, record.handle);
    const round = this.#answer === null ? null : inputRoundOf(this.#answer);
    if (this.#isTakenBack) this.#endAsTakenBack(record.handle);
    else if (this.#answer === null || round !== null) this.downstream?.answerHandOff(record, this);
    else this.#finishDuringHandOff(record, this.#answer);
    if (round !== null && !this.#isTakenBack) this.#ask(round);
    if (this.#whyGone !== null) this.onGone(this.#whyGone);
  }

  /** The answer came while the record was being written: `always` keeps its word all the same. */
  #finishDuringHandOff(record: TaskRecord, answer: WireMessage): void {
    const isHandedOff = this.options.policy.policy === 'always';
    if (isHandedOff) this.downstream?.answerHandOff(record, this);
    else this.downstream?.answer(answer);
    this.#applyAnswer(record.handle, answer, !isHandedOff && this.downstream !== null);
  }

  /** The upstream's answer has come, or it has gone. */
  onDidSettle(listener: () => void): Disposable {
    this.#settled ??= new Emitter();
    return this.#settled.event(listener);
  }

  onResponse(answer: WireMessage): void {
    this.#settled?.fire();
    if (this.#state === 'open') this.#finishOpen(answer);
    else if (this.#state === 'handingOff') this.#answer = answer;
    else if (this.#state === 'task' && this.handle !== null) {
      const round = inputRoundOf(answer);
      if (round === null) this.#applyAnswer(this.handle, answer, false);
      else this.#ask(round);
    }
  }

  /** The task goes on when its questions are answered: by the same call, sent with the answers. */
  #ask(round: InputRound): void {
    const asked = this.#asked;
    if (asked === null) {
      this.#end();
      return;
    }
    this.upstream?.awaitRetry(this.#upstreamRequest, this);
    askRound(asked, round, (responses) => {
      if (this.#asked === null) return;
      const retry = retryOf(this.options.message, { ...round, responses });
      const { upstream } = this;
      if (retry === null || upstream === null || upstream.isLeaving) {
        this.onGone('Its server was gone before the question could be answered.');
      } else this.#upstreamRequest = upstream.forwardCall(retry, this);
    });
  }

  /** The server asks, and no host is there to take it: the task does. */
  onAsk(request: WireMessage, send: (line: string) => void): (() => void) | null {
    if (this.#state !== 'handingOff' && this.#asked === null) return null;
    const becoming = this.#handOffDone.then(() => this.#asked);
    return askWhenTask(becoming, request, send);
  }

  /** The task, as long as it may ask. */
  get #asked(): AskedTask | null {
    const { handle } = this;
    const { registry, questions } = this.options.context;
    if (handle === null || this.#isStopped || !isLive(registry, handle)) return null;
    return { handle, questions };
  }

  /** The answer first: its reader begins while we put our books in order. */
  #finishOpen(answer: WireMessage): void {
    if (!this.#isTakenBack) this.downstream?.answer(answer);
    this.#end();
  }

  /** A result, `isError` included, completes the task; a JSON-RPC error fails it. */
  #applyAnswer(handle: HandleId, answer: WireMessage, isDelivered: boolean): void {
    const { registry } = this.options.context;
    this.#end();
    const applied = registry.apply(handle, eventOf(answer));
    this.#record(
      isDelivered ? applied.then(() => registry.apply(handle, { type: 'collected' })) : applied,
    );
  }

  onGone(why: string): void {
    this.#whyGone = why;
    this.#settled?.fire();
    if (this.#state === 'open') {
      this.#end();
      this.downstream?.answerGone(why);
    } else if (this.#state === 'task' && this.handle !== null) {
      this.#end();
      const event = { type: 'upstreamExited', note: why } as const;
      this.#record(this.options.context.registry.apply(this.handle, event));
    }
  }

  /** How to find the work again: into the record, so that a crash of ours does not lose it (P5). */
  onRemote(remote: RemoteWork): void {
    this.#remote = remote;
    if (this.handle !== null) this.#recordRemote(this.handle);
    // A task at its server is one for a client that knows what tasks are.
    else if (remote.taskId !== null && this.options.form === 'modernTask') void this.handOff();
  }

  #recordRemote(handle: HandleId): void {
    if (this.#remote === null) return;
    const event = { type: 'remoteKnown', remote: this.#remote } as const;
    this.#record(this.options.context.registry.apply(handle, event));
  }

  onProgress(message: WireMessage): void {
    const progress = progressFrom(parsedSpan(message, message.params));
    if (progress === null) return;
    this.progress = foldProgress(this.progress, progress);
    if (this.handle !== null) this.options.context.registry.tick(this.handle, progress);
    else {
      this.options.context.calls.changed(this);
      if (this.#state === 'open') this.downstream?.progress(message);
    }
  }

  /**
   * The host took its request back before the answer's bytes were written. Before the hand-off
   * the upstream is told and nobody is answered; a handle on its way is cancelled.
   */
  takeBack(reason: string): void {
    this.#isTakenBack = true;
    if (this.#state === 'open') {
      this.cancelUpstream(reason, { forget: true });
      this.#end();
    } else if (this.#state === 'task' && this.handle !== null) this.#endAsTakenBack(this.handle);
  }

  #endAsTakenBack(handle: HandleId): void {
    const event = { type: 'cancelled', by: 'agent', note: null } as const;
    this.#record(this.options.context.registry.apply(handle, event));
    this.cancelUpstream('The request was cancelled.', { forget: true });
    this.#end();
  }

  /**
   * The connection is gone: what may become a task does so at once, the rest is cancelled. So is
   * a call that never reached an upstream: nothing has been done, and nothing will be.
   */
  detach(): void {
    this.downstream = null;
    if (!this.isWaiting) return;
    const { policy, context } = this.options;
    if (this.upstream === null || policy.policy === 'never') this.takeBack('The client has left.');
    else {
      context.predecessors.add(this);
      void this.handOff();
    }
  }

  /** Ends a call that is no task: the host gets a tool error, the upstream is asked to stop. */
  endOpen(why: string): boolean {
    if (this.#state !== 'open') return false;
    this.cancelUpstream(why, { forget: false });
    this.disarmClocks();
    this.#state = 'ended';
    this.downstream?.answerRevoked(why);
    this.downstream = null;
    return true;
  }

  /** Whether the upstream still owes an answer. */
  get isPendingUpstream(): boolean {
    return this.upstream?.isPending(this.#upstreamRequest) ?? false;
  }

  cancelUpstream(reason: string, options: { forget: boolean }): void {
    this.#isStopped = true;
    this.upstream?.cancel(this.#upstreamRequest, { reason, ...options });
    if (options.forget && this.upstream !== null)
      this.options.context.pool.reconsider(this.upstream);
  }

  /** Lets go of everything; called once the upstream's answer no longer matters. */
  release(): void {
    this.#end();
  }

  #end(): void {
    if (this.#state !== 'task') this.#state = 'ended';
    this.disarmClocks();
    this.options.context.calls.remove(this);
    if (this.upstream !== null) this.options.context.pool.reconsider(this.upstream);
  }

  #record(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const { log } = this.options.context;
      log.write('error', `A change of ${this.handle} was not recorded: ${messageOf(error)}`, error);
    });
  }
}
