import { messageOf } from '../../common/errors.ts';
import type { ResolvedPolicy } from '../../registry/policy.ts';
import { type HandleId, isTerminal } from '../../registry/taskRecord.ts';
import type { ProxyContext } from '../proxyContext.ts';
import type { CallReply } from './callReply.ts';
import { endedAnswer, findTask, waitForTask } from './taskAnswers.ts';
import type { ToolCall } from './toolCall.ts';

/** The longest delay a timer can hold: no task lives as long. */
const UNTIL_THE_END_MS = 2_147_483_647;

/** A repeated request, and the live call that it waits for. */
export interface JoinOptions {
  readonly context: ProxyContext;
  /** The request as a call of its own; unless it is the one that runs, it never starts. */
  readonly call: ToolCall;
  readonly reply: CallReply;
  /** The host took the request back before its answer. */
  readonly onCancel?: () => void;
  /** The connection broke before the answer. */
  readonly onDetach?: () => void;
}

/**
 * A request that is answered from a task: it waits as long as a call of its own would before the
 * hand-off, then gets the task's result or its handle. Taken back, it ends only its own wait.
 */
export class JoinedCall {
  readonly kind = 'joined';
  readonly #abort = new AbortController();

  constructor(private readonly options: JoinOptions) {}

  get call(): ToolCall {
    return this.options.call;
  }

  /** Aborts when nobody waits for the answer any more. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  cancel(): void {
    this.#abort.abort();
    this.options.onCancel?.();
  }

  detach(): void {
    this.#abort.abort();
    this.options.onDetach?.();
  }

  /** Answers the request, once; never rejects. */
  async run(handle: Promise<HandleId>): Promise<void> {
    const { reply } = this.options;
    const answer = await handle
      .then((known) => this.#answerOf(known))
      .catch((error: unknown) => () => reply.answerRefused(messageOf(error)));
    if (!this.signal.aborted) answer();
  }

  /** What answers the request, when it may be answered. */
  async #answerOf(handle: HandleId): Promise<() => void> {
    const { context, call, reply } = this.options;
    const { signal } = this;
    const waitMs = waitMsOf(call.policy);
    const found = await findTask(context, handle);
    if (typeof found === 'string') return () => reply.answerRefused(found);
    const record = await waitForTask(context, found, { ...reply.progressTo, waitMs, signal });
    if (reply.mustBeTask || !isTerminal(record.status)) return () => reply.answerTask(record);
    const answer = await endedAnswer(context, record, signal);
    return () => reply.answerOwn(answer);
  }
}

function waitMsOf({ policy, handOffAfterMs }: ResolvedPolicy): number {
  if (policy === 'always') return 0;
  return policy === 'never' ? UNTIL_THE_END_MS : handOffAfterMs;
}
