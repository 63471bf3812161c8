import { TaskHandlesError } from '../../common/errors.ts';
import type { HandleId } from '../../registry/taskRecord.ts';
import type { ProxyContext } from '../proxyContext.ts';
import type { CallReply } from './callReply.ts';
import { JoinedCall } from './joinedCall.ts';
import type { ToolCall } from './toolCall.ts';
import type { UpstreamBinding } from './upstreamBinding.ts';

export interface RepeatDeskOptions {
  readonly context: ProxyContext;
  readonly binding: UpstreamBinding;
}

/** One connection's calls that have run, or are running, already: they join (P2). */
export class RepeatDesk {
  readonly #openedAtMs: number;

  constructor(private readonly options: RepeatDeskOptions) {
    this.#openedAtMs = options.context.clock.monotonic();
  }

  /** Whether the call is dealt with here; else it is one of its own. */
  take(call: ToolCall, reply: CallReply): boolean {
    const predecessor = this.options.context.predecessors.claim(call, this.#openedAtMs);
    if (predecessor === null) return false;
    void this.#join(predecessor, call, reply);
    return true;
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
