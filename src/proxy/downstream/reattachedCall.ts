import { messageOf } from '../../common/errors.ts';
import { Emitter } from '../../common/event.ts';
import { type ResolvedPolicy, resolvePolicy } from '../../registry/policy.ts';
import type { TaskEvent } from '../../registry/taskEvent.ts';
import type {
  ClientFacts,
  HandleId,
  RemoteWork,
  TaskProgress,
  TaskRecord,
} from '../../registry/taskRecord.ts';
import type { ProxyContext, SessionRoute } from '../proxyContext.ts';
import type { RequestObserver } from '../upstream/requestObserver.ts';
import { resumeRequest } from '../upstream/tasks/resume.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { inputRoundOf, retryOf } from '../wire/inputRounds.ts';
import { parsedSpan, type WireMessage } from '../wire/wireMessage.ts';
import type { LiveCall } from './liveCall.ts';
import { type AskedTask, askRequest, askRound, isLive } from './taskInput.ts';
import { eventOf, progressFrom } from './upstreamAnswer.ts';

/** What a task needs that is found again. */
export type ReattachContext = Pick<
  ProxyContext,
  'registry' | 'calls' | 'pool' | 'questions' | 'clock' | 'log'
>;

/** Where an answer comes from. */
interface Source {
  readonly remote: RemoteWork;
  readonly observer: RequestObserver;
}

/**
 * A task whose broker died while its work went on at a remote server. Nothing is called again (P2):
 * it is asked for where it is, and ends as it would have. Attached once the server has told of it.
 */
export class ReattachedCall implements LiveCall {
  readonly id: string;
  readonly handle: HandleId;
  readonly tool: string;
  readonly route: Pick<SessionRoute, 'name' | 'workspace'>;
  readonly client: ClientFacts;
  readonly policy: ResolvedPolicy;
  readonly argument: string;
  readonly startedAtMs: number;
  readonly dueMs = Number.POSITIVE_INFINITY;
  readonly isTask = true;
  readonly isHandingOff = false;
  readonly hasDownstream = false;
  readonly starting = Promise.resolve();
  hasOverlapped = false;
  #upstream: Upstream | null = null;
  #request = 0;
  #isAttached = false;
  /** Its upstream was asked to stop: nothing is sent again, whatever the record says by now. */
  #isStopped = false;
  readonly #settled = new Emitter<void>();
  readonly #attached = new Emitter<void>();

  readonly onDidSettle = this.#settled.event;
  /** Once: the server has told of the work. */
  readonly onDidAttach = this.#attached.event;

  constructor(
    private readonly context: ReattachContext,
    record: TaskRecord,
  ) {
    this.id = context.calls.newId();
    this.handle = record.handle;
    this.tool = record.tool;
    this.route = { name: record.route, workspace: record.workspace };
    this.client = record.client;
    this.policy = resolvePolicy({}, record.tool);
    this.argument = record.argument;
    this.startedAtMs = record.startedAtMs;
  }

  get progress(): TaskProgress | null {
    return this.context.registry.get(this.handle)?.progress ?? null;
  }

  get elapsedMs(): number {
    return Math.max(0, this.context.clock.now() - this.startedAtMs);
  }

  get upstream(): Upstream | null {
    return this.#upstream;
  }

  get isAttached(): boolean {
    return this.#isAttached;
  }

  get isPendingUpstream(): boolean {
    return this.#upstream?.isPending(this.#request) ?? false;
  }

  /** Asks this upstream for the work; one that was asked before is let go. */
  askAt(upstream: Upstream, remote: RemoteWork): void {
    const before = this.#upstream;
    this.#upstream = upstream;
    void before?.shutDown();
    const observer = this.#observe(upstream, remote);
    const request = remote.taskId === null ? null : resumeRequest(remote, this.client);
    if (request !== null) this.#request = upstream.forwardCall(request, observer);
    else {
      this.#request = remote.requestId ?? 0;
      upstream.expect(this.#request, observer);
    }
  }

  onDue(): void {}

  handOff(): Promise<void> {
    return Promise.resolve();
  }

  endOpen(): boolean {
    return false;
  }

  cancelUpstream(reason: string, options: { forget: boolean }): void {
    this.#isStopped = true;
    this.#upstream?.cancel(this.#request, { reason, ...options });
  }

  release(): void {
    const upstream = this.#upstream;
    this.context.calls.remove(this);
    if (upstream !== null) this.context.pool.reconsider(upstream);
  }

  /** What an upstream tells that was let go is not heard. */
  #observe(upstream: Upstream, remote: RemoteWork): RequestObserver {
    const ifCurrent =
      <T>(run: (value: T) => void) =>
      (value: T) => {
        if (this.#upstream === upstream) run(value);
      };
    const observer: RequestObserver = {
      onResponse: ifCurrent((answer) => this.#onResponse(answer, { remote, observer })),
      onGone: ifCurrent((why) => this.#end({ type: 'lost', note: why })),
      onProgress: ifCurrent((message) => this.#onProgress(message)),
      onRemote: ifCurrent((found) => this.#onFound(found)),
      onAsk: (request, send) => this.#asked && askRequest(this.#asked, request, send),
    };
    return observer;
  }

  /** The task, as long as it may ask. */
  get #asked(): AskedTask | null {
    const { handle } = this;
    const { registry, questions } = this.context;
    return this.#isStopped || !isLive(registry, handle) ? null : { handle, questions };
  }

  #onResponse(answer: WireMessage, from: Source): void {
    const round = inputRoundOf(answer);
    const asked = this.#asked;
    if (round === null) this.#end(this.#eventOf(answer, from.remote));
    else if (asked === null) this.#leave();
    else {
      this.#upstream?.awaitRetry(this.#request, from.observer);
      askRound(asked, round, (responses) => this.#retry(from, { ...round, responses }));
    }
  }

  /** The task goes on when its questions are answered. */
  #retry({ remote, observer }: Source, input: Parameters<typeof retryOf>[1]): void {
    if (this.#asked === null) return;
    const request = resumeRequest(remote, this.client);
    const retry = request === null ? null : retryOf(request, input);
    if (retry === null || this.#upstream === null || this.#upstream.isLeaving) {
      this.#end({ type: 'lost', note: 'Its server was gone before the question was answered.' });
    } else this.#request = this.#upstream.forwardCall(retry, observer);
  }

  /** The server has told of the work: it is in our hands again. */
  #onFound(remote: RemoteWork): void {
    this.#record({ type: 'remoteKnown', remote });
    if (this.#isAttached) return;
    this.#isAttached = true;
    this.#attached.fire();
  }

  #onProgress(message: WireMessage): void {
    const progress = progressFrom(parsedSpan(message, message.params));
    if (progress !== null) this.context.registry.tick(this.handle, progress);
  }

  /** A stream that could not be taken up again says nothing of how the call ended. */
  #eventOf(answer: WireMessage, { taskId }: RemoteWork): TaskEvent {
    const event = eventOf(answer);
    const isUnknown = event.type === 'failed' && taskId === null && !this.#isAttached;
    return isUnknown ? { type: 'lost', note: event.error.message } : event;
  }

  #end(event: TaskEvent): void {
    this.#record(event);
    this.#leave();
  }

  #leave(): void {
    this.#settled.fire();
    this.release();
  }

  #record(event: TaskEvent): void {
    const { registry, log } = this.context;
    registry.apply(this.handle, event).catch((error: unknown) => {
      log.write('error', `A change of ${this.handle} was not recorded: ${messageOf(error)}`, error);
    });
  }
}
