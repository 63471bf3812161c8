import { TaskHandlesError } from '../../common/errors.ts';
import type { HandleId } from '../../registry/taskRecord.ts';
import type { ProxyContext } from '../proxyContext.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { CallReply } from './callReply.ts';
import { BAD_KEY } from './idempotencyKey.ts';
import { CANCELLED_BY_CLIENT } from './inFlight.ts';
import { JoinedCall } from './joinedCall.ts';
import type { CallEnding } from './liveCalls.ts';
import type { OwnUpstreams } from './ownUpstreams.ts';
import { refusalOf } from './taskLimits.ts';
import type { ToolCall } from './toolCall.ts';
import type { UpstreamBinding } from './upstreamBinding.ts';

/** The connection whose calls may be repeats. */
export interface RepeatDeskOptions {
  readonly context: ProxyContext;
  readonly binding: UpstreamBinding;
  readonly own: OwnUpstreams;
}

/** One connection's calls that have run, or are running, already: they join (P2). */
export class RepeatDesk {
  readonly #openedAtMs: number;

  constructor(private readonly options: RepeatDeskOptions) {
    this.#openedAtMs = options.context.clock.monotonic();
  }

  /** Whether the call is dealt with here; else it is one of its own. */
  take(call: ToolCall, reply: CallReply): boolean {
    const key = call.idempotencyKey;
    if (key.kind === 'none') return this.#takeRepeat(call, reply);
    if (key.kind === 'bad') reply.answerRefused(BAD_KEY);
    else this.#takeKeyed(call, key.hash, reply);
    return true;
  }

  #takeRepeat(call: ToolCall, reply: CallReply): boolean {
    const predecessor = this.options.context.predecessors.claim(call, this.#openedAtMs);
    if (predecessor === null) return false;
    void this.#join(predecessor, call, reply);
    return true;
  }

  /** Every call with the key joins, the one that runs as well: the first to ask is no exception. */
  #takeKeyed(call: ToolCall, keyHash: string, reply: CallReply): void {
    const { context } = this.options;
    const onCancel = () => call.takeBack(CANCELLED_BY_CLIENT);
    const joined = new JoinedCall({ context, call, reply, onCancel });
    reply.become(joined);
    const { tool, argumentsHash, route } = call;
    const { workspace, name } = route;
    const handle = context.keyed.handleFor(
      { workspace, route: name, tool, argumentsHash, keyHash },
      () => this.#execute(call, joined.signal),
    );
    void joined.run(handle);
  }

  /** Runs the call; a connection that leaves before the server is there leaves nothing behind. */
  #execute(call: ToolCall, signal: AbortSignal): Promise<HandleId> {
    const { context, binding, own } = this.options;
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new TaskHandlesError('upstream_start_failed', why));
      const refusal = refusalOf(call, context);
      if (refusal !== null) {
        fail(refusal);
        return;
      }
      const giveUp = (why: string) => {
        call.release();
        fail(why);
      };
      signal.addEventListener('abort', () => {
        if (call.upstream !== null) return;
        giveUp('The first call with this key was taken back before it ran; call again.');
      });
      let ended: CallEnding | null = null;
      const end = (ending: CallEnding) => {
        if (call.isHandingOff) ended = ending;
        else giveUp(ending.why);
      };
      context.calls.addWaiting({ call, end });
      const run = async (upstream: Upstream) => {
        const late = call.isWaiting ? refusalOf(call, context) : null;
        if (!call.isWaiting) return;
        if (late !== null) {
          giveUp(late);
          return;
        }
        await call
          .startRecorded(upstream, () => ended === null)
          .then((handle) => this.#recordEnding(handle, ended))
          .finally(() => context.calls.forgetWaiting(call))
          .then(resolve, reject);
      };
      const alone = (until: AbortSignal) =>
        own.open(call.message, { run, fail: giveUp, signal: until });
      if (call.policy.isolation === 'perCall') call.startAlone(alone);
      else binding.withUpstream((upstream) => void run(upstream), giveUp);
    });
  }

  /** It was ended while its record was being made, and never ran. */
  async #recordEnding(handle: HandleId, ending: CallEnding | null): Promise<HandleId> {
    const { registry } = this.options.context;
    if (ending === null) return handle;
    const { by, note } = ending;
    await registry.apply(handle, { type: 'revoked', by, note });
    await registry.apply(handle, { type: 'revocationEnded', level: 'none', note: null });
    return handle;
  }

  async #join(predecessor: ToolCall, call: ToolCall, reply: CallReply): Promise<void> {
    const { context } = this.options;
    const onDetach = () => context.predecessors.add(predecessor);
    const joined = new JoinedCall({ context, call, reply, onDetach });
    reply.become(joined);
    // It may be on its way to the disk still.
    await predecessor.handOff();
    if (joined.signal.aborted) return;
    // The disk refuses: what goes on untracked can still be answered, by its own answer.
    if (predecessor.isWaiting) {
      predecessor.downstream = reply;
      reply.become(predecessor);
    } else await joined.run(handleOf(predecessor));
  }
}

/** A call that was never recorded and has ended without anybody to answer. */
async function handleOf({ handle, tool }: ToolCall): Promise<HandleId> {
  if (handle !== null) return handle;
  const why = `\`${tool}\` has run, but the connection broke and its result could not be kept.`;
  throw new TaskHandlesError('store_failed', `${why} Check what it has done before you repeat it.`);
}
