import { hashArguments, previewArguments } from '../../registry/argumentPreview.ts';
import type { ResolvedPolicy } from '../../registry/policy.ts';
import type { TaskDraft } from '../../registry/taskDraft.ts';
import type {
  ClientFacts,
  RemoteWork,
  TaskDeadlines,
  TaskProgress,
  UpstreamFacts,
} from '../../registry/taskRecord.ts';
import type { ProxyContext, SessionRoute } from '../proxyContext.ts';
import { META_CONVERSATION } from '../wire/mcpNames.ts';
import { metaOf, paramOf, type WireMessage } from '../wire/wireMessage.ts';
import { type GivenKey, idempotencyKeyOf } from './idempotencyKey.ts';
import type { TaskForm } from './nativeTasks/taskForm.ts';

/** So late a hand-off may be on a busy machine. */
const LATE_HAND_OFF_MS = 5_000;

/** What a call is made of: the request, its route, its policy, and who makes it. */
export interface ToolCallOptions {
  readonly context: ProxyContext;
  readonly route: SessionRoute;
  readonly message: WireMessage;
  readonly tool: string;
  readonly policy: ResolvedPolicy;
  readonly client: ClientFacts;
  /** How its client is told of a task; absent: by a tool result. */
  readonly form?: TaskForm;
}

/** What a call has learned of its work by the time it becomes a task. */
export interface DraftFacts {
  readonly progress: TaskProgress | null;
  readonly upstream: UpstreamFacts | null;
  readonly remote: RemoteWork | null;
}

/** A connection's client, with the chat that sent this very message. */
export function clientOf(message: WireMessage, client: ClientFacts): ClientFacts {
  const conversationId = metaOf(message, META_CONVERSATION);
  return typeof conversationId === 'string' ? { ...client, conversationId } : client;
}

/** What the request alone tells of a call, and when it came in. Nothing here changes. */
export class CallFacts {
  readonly id: string;
  readonly startedAtMs: number;
  readonly tool: string;
  #argument: string | null = null;
  #argumentsHash: string | null = null;
  readonly #monotonicStart: number;

  constructor(protected readonly options: ToolCallOptions) {
    const { context } = options;
    this.id = context.calls.newId();
    this.tool = options.tool;
    this.startedAtMs = context.clock.now();
    this.#monotonicStart = context.clock.monotonic();
  }

  get route(): SessionRoute {
    return this.options.route;
  }

  /** With the chat that made this very call. */
  get client(): ClientFacts {
    return clientOf(this.options.message, this.options.client);
  }

  get message(): WireMessage {
    return this.options.message;
  }

  get form(): TaskForm {
    return this.options.form ?? 'toolResult';
  }

  get policy(): ResolvedPolicy {
    return this.options.policy;
  }

  get elapsedMs(): number {
    return Math.round(this.options.context.clock.monotonic() - this.#monotonicStart);
  }

  /** The telling argument; made when somebody looks, not on the way of every call. */
  get argument(): string {
    const { message, policy } = this.options;
    this.#argument ??= previewArguments(paramOf(message, 'arguments'), policy.redactKeys);
    return this.#argument;
  }

  /** Equal for equal arguments; made only when needed. */
  get argumentsHash(): string {
    this.#argumentsHash ??= hashArguments(paramOf(this.options.message, 'arguments'));
    return this.#argumentsHash;
  }

  get idempotencyKey(): GivenKey {
    return idempotencyKeyOf(this.options.message);
  }

  /** The record that the call becomes, but for what the registry adds. */
  protected draft({ progress, upstream, remote }: DraftFacts): TaskDraft {
    const { policy, route } = this.options;
    const key = this.idempotencyKey;
    return {
      route: route.name,
      workspace: route.workspace,
      tool: this.tool,
      argument: this.argument,
      argumentsHash: this.argumentsHash,
      startedAtMs: this.startedAtMs,
      ttlMs: policy.ttlMs,
      pollIntervalMs: policy.pollIntervalMs,
      progress,
      client: this.client,
      idempotencyKeyHash: key.kind === 'key' ? key.hash : null,
      deadlines: this.#deadlines(),
      upstream,
      remote,
    };
  }

  /**
   * Both clocks count from the call, not from its hand-off (P9); 0 in the settings: none. A
   * hand-off far later than it was due was held up by a sleep of the machine, which is no time.
   */
  #deadlines(): TaskDeadlines {
    const { totalTimeoutMs, idleTimeoutMs, reattachTimeoutMs, handOffAfterMs } = this.policy;
    return {
      totalTimeoutMs: totalTimeoutMs > 0 ? totalTimeoutMs : null,
      idleTimeoutMs: idleTimeoutMs > 0 ? idleTimeoutMs : null,
      ranMs: Math.min(this.elapsedMs, handOffAfterMs + LATE_HAND_OFF_MS),
      reattachTimeoutMs,
    };
  }
}
