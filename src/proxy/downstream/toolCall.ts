import { messageOf } from '../../common/errors.ts';
import { foldProgress } from '../../registry/progress.ts';
import type { HandleId, RemoteWork, TaskProgress, TaskRecord } from '../../registry/taskRecord.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { inputRoundOf } from '../wire/inputRounds.ts';
import { parsedSpan, type WireMessage } from '../wire/wireMessage.ts';
import type { CallDownstream } from './callDownstream.ts';
import { CANCELLED_BY_CLIENT } from './inFlight.ts';
import { unrecorded } from './keyedTasks.ts';
import type { LiveCall } from './liveCall.ts';
import { eventOf, progressFrom } from './upstreamAnswer.ts';
import { UpstreamCall } from './upstreamCall.ts';

/**
 * One `tools/call` on its way: `open` until the answer or the hand-off, then a `task` whose
 * record is the registry's. Whatever happens first wins; the downstream gets one answer.
 */
export class ToolCall extends UpstreamCall implements LiveCall {
  readonly kind = 'call';
  progress: TaskProgress | null = null;
  downstream: CallDownstream | null = null;

  #state: 'open' | 'handingOff' | 'task' | 'ended' = 'open';
  #answer: WireMessage | null = null;
  #whyGone: string | null = null;
  #remote: RemoteWork | null = null;
  #isTakenBack = false;
  #handOffDone: Promise<void> = Promise.resolve();

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
    this.downstream = downstream;
    this.#send(upstream);
    this.#enter();
  }

  /** As `start`, while an upstream of its own starts for it: shown, handed off and ended like any. */
  enter(downstream: CallDownstream): void {
    this.downstream = downstream;
    this.options.context.calls.add(this);
    this.#enter();
  }

  /** Its own upstream is there; nothing is sent that nobody wants any more. */
  begin(upstream: Upstream): void {
    const isWanted = this.isWaiting ? !this.#isTakenBack && !this.isStopped : this.asked !== null;
    if (isWanted) this.#send(upstream);
  }

  /** There is no upstream for it: nothing was run. */
  failStart(why: string): void {
    if (this.#state === 'open') {
      this.end();
      this.downstream?.answerRefused(why);
    } else this.onGone(why);
  }

  #send(upstream: Upstream): void {
    this.sendTo(upstream, this.options.message);
    this.options.context.calls.add(this);
  }

  #enter(): void {
    if (this.options.policy.policy === 'always') void this.handOff();
    else this.armClocks();
  }

  /**
   * A call with an idempotency key: its record is on disk before the server sees it, so that the
   * key never runs twice, whatever dies (P2). Rejects when the disk refuses: nothing has run. If
   * it was ended meanwhile (`mayRun`), its record is for whoever did that to end.
   */
  async startRecorded(upstream: Upstream, mayRun: () => boolean): Promise<HandleId> {
    const { context } = this.options;
    this.upstream = upstream;
    this.#state = 'handingOff';
    const draft = this.draft({ progress: null, upstream: upstream.facts, remote: null });
    const { handle } = await context.registry.create(draft).catch((error: unknown) => {
      this.#state = 'ended';
      throw unrecorded(this.tool, error);
    });
    this.handle = handle;
    this.#state = 'task';
    context.calls.add(this);
    context.calls.becameTask(this, handle);
    if (!mayRun()) this.end();
    else if (this.#isTakenBack) this.#endAsTakenBack(handle);
    else if (upstream.isLeaving) this.onGone('The server ended before the call reached it.');
    else this.sendTo(upstream, this.options.message);
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
    if (round !== null && !this.#isTakenBack) this.ask(round);
    if (this.#whyGone !== null) this.onGone(this.#whyGone);
  }

  /** The answer came while the record was being written: `always` keeps its word all the same. */
  #finishDuringHandOff(record: TaskRecord, answer: WireMessage): void {
    const isHandedOff = this.options.policy.policy === 'always';
    if (isHandedOff) this.downstream?.answerHandOff(record, this);
    else this.downstream?.answer(answer);
    this.#applyAnswer(record.handle, answer, !isHandedOff && this.downstream !== null);
  }

  onResponse(answer: WireMessage): void {
    this.settle();
    if (this.#state === 'open') this.#finishOpen(answer);
    else if (this.#state === 'handingOff') this.#answer = answer;
    else if (this.#state === 'task' && this.handle !== null) {
      const round = inputRoundOf(answer);
      if (round === null) this.#applyAnswer(this.handle, answer, false);
      else this.ask(round);
    }
  }

  protected becomingTask(): Promise<void> | null {
    return this.#state === 'handingOff' ? this.#handOffDone : null;
  }

  /** The answer first: its reader begins while we put our books in order. */
  #finishOpen(answer: WireMessage): void {
    if (!this.#isTakenBack) this.downstream?.answer(answer);
    this.end();
  }

  /** A result, `isError` included, completes the task; a JSON-RPC error fails it. */
  #applyAnswer(handle: HandleId, answer: WireMessage, isDelivered: boolean): void {
    const { registry } = this.options.context;
    this.end();
    const applied = registry.apply(handle, eventOf(answer));
    this.#record(
      isDelivered ? applied.then(() => registry.apply(handle, { type: 'collected' })) : applied,
    );
  }

  onGone(why: string): void {
    this.#whyGone = why;
    this.settle();
    if (this.#state === 'open') {
      this.end();
      this.downstream?.answerGone(why);
    } else if (this.#state === 'task' && this.handle !== null) {
      this.end();
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
      this.end();
    } else if (this.#state === 'task' && this.handle !== null) this.#endAsTakenBack(this.handle);
  }

  #endAsTakenBack(handle: HandleId): void {
    const event = { type: 'cancelled', by: 'agent', note: null } as const;
    this.#record(this.options.context.registry.apply(handle, event));
    this.cancelUpstream('The request was cancelled.', { forget: true });
    this.end();
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
    this.downstream?.answerRefused(why);
    this.downstream = null;
    return true;
  }

  /** Lets go of everything; called once the upstream's answer no longer matters. */
  release(): void {
    this.end();
  }

  protected end(): void {
    if (this.#state !== 'task') this.#state = 'ended';
    this.disarmClocks();
    this.options.context.calls.remove(this);
    this.letGoOfUpstream();
  }

  #record(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const { log } = this.options.context;
      log.write('error', `A change of ${this.handle} was not recorded: ${messageOf(error)}`, error);
    });
  }
}
