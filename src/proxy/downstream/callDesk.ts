import { isJsonObject } from '../../common/json.ts';
import {
  mayIssueHandles,
  type ResolvedPolicy,
  type RoutePolicy,
  resolvePolicy,
} from '../../registry/policy.ts';
import type { ClientFacts } from '../../registry/taskRecord.ts';
import type { DownstreamPort, ProxyContext, SessionRoute } from '../proxyContext.ts';
import { resultLine } from '../wire/jsonRpc.ts';
import {
  paramOf,
  parsedSpan,
  progressTokenOf,
  stringParamOf,
  type WireMessage,
  withId,
} from '../wire/wireMessage.ts';
import { errorAnswer } from './answers.ts';
import { CallReply, type ReplyPort } from './callReply.ts';
import { Companions } from './companions/companions.ts';
import { type CompanionNames, DEFAULT_NAMES, freeName } from './companions/companionTools.ts';
import { forwardRequest } from './forwardRequest.ts';
import type { InFlight } from './inFlight.ts';
import type { JoinedCall } from './joinedCall.ts';
import { RepeatDesk } from './repeatDesk.ts';
import { refusalOf } from './taskLimits.ts';
import { ToolCall } from './toolCall.ts';
import { rewriteToolList, toolNamesOf } from './toolListRewrite.ts';
import type { UpstreamBinding } from './upstreamBinding.ts';

export interface CallDeskOptions {
  readonly context: ProxyContext;
  readonly route: SessionRoute;
  readonly port: DownstreamPort;
  readonly inFlight: InFlight;
  readonly binding: UpstreamBinding;
  readonly client: () => ClientFacts;
}

/** The tools of one connection: their list, their calls, and the companions among them. */
export class CallDesk {
  #names: CompanionNames = DEFAULT_NAMES;
  /** Fixed after the first complete list: a name must not change under an agent. */
  #areNamesFixed = false;
  #upstreamNames = new Set<string>();
  readonly #companions: Companions;
  readonly #replyPort: ReplyPort;
  readonly #repeats: RepeatDesk;
  readonly #policies = new WeakMap<RoutePolicy, Map<string, ResolvedPolicy>>();

  constructor(private readonly options: CallDeskOptions) {
    const { context, route, port, inFlight } = options;
    const names = () => this.#names;
    this.#repeats = new RepeatDesk(options);
    this.#companions = new Companions({ context, route, names });
    const { clock, outlook } = context;
    this.#replyPort = { port, inFlight, clock, outlook, names };
  }

  /** `tools/list`: the upstream's tools, with what is rewritten in `toolListRewrite`. */
  list(message: WireMessage, id: string): void {
    const { port, binding, inFlight } = this.options;
    forwardRequest({
      message,
      id,
      binding,
      inFlight,
      port,
      onResponse: (answer) => port.send(this.#listAnswer(message, answer, id)),
    });
  }

  call(message: WireMessage, id: string): void {
    const tool = stringParamOf(message, 'name');
    if (tool === this.#names.poll || tool === this.#names.control) {
      this.#callCompanion(message, { id, tool });
    } else {
      this.#callUpstream(message, { id, tool: tool ?? '' });
    }
  }

  /** The host cancelled the call before its answer was written. */
  cancelled(call: ToolCall, reason: string): void {
    const { context, route } = this.options;
    const { elapsedMs, policy } = call;
    call.takeBack(reason);
    context.learned.cancelledAt(route, elapsedMs, policy.handOffAfterMs);
  }

  /** The same for a call that waited for a task: its patience is learned from as well. */
  cancelledJoin(joined: JoinedCall): void {
    const { context, route } = this.options;
    const { elapsedMs, policy } = joined.call;
    joined.cancel();
    context.learned.cancelledAt(route, elapsedMs, policy.handOffAfterMs);
  }

  #callUpstream(message: WireMessage, { id, tool }: { id: string; tool: string }): void {
    const { context, route, inFlight, binding, client } = this.options;
    const policy = this.#policyOf(tool);
    const call = new ToolCall({ context, route, message, tool, policy, client: client() });
    const reply = new CallReply(this.#replyPort, message, id);
    if (this.#repeats.take(call, reply)) return;
    const refusal = refusalOf(call, context.calls);
    if (refusal !== null) {
      reply.answerOwn(errorAnswer(refusal));
      return;
    }
    inFlight.add(id, call);
    const upstream = binding.ready;
    if (upstream !== null) call.start(upstream, reply);
    else {
      binding.withUpstream(
        (started) => {
          if (call.isWaiting) call.start(started, reply);
        },
        (why) => {
          if (call.isWaiting) reply.answerGone(why);
        },
      );
    }
  }

  #callCompanion(message: WireMessage, { id, tool }: { id: string; tool: string }): void {
    const { inFlight, port } = this.options;
    const reply = new CallReply(this.#replyPort, message, id);
    const abort = new AbortController();
    inFlight.add(id, { kind: 'own', abort });
    const work = this.#companions.call({
      tool,
      arguments: paramOf(message, 'arguments'),
      tokenText: progressTokenOf(message),
      signal: abort.signal,
      notify: (line) => port.send(line),
    });
    void work
      .catch((error: unknown) =>
        errorAnswer(String(error instanceof Error ? error.message : error)),
      )
      .then((answer) => {
        if (!abort.signal.aborted) reply.answerOwn(answer);
      });
  }

  #listAnswer(request: WireMessage, answer: WireMessage, id: string): string {
    if (answer.result === null) return withId(answer, id);
    const result = parsedSpan(answer, answer.result);
    this.#learnNames(request, result);
    const rewritten = rewriteToolList(result, {
      route: this.options.route.name,
      mayIssueHandles: mayIssueHandles(this.options.route.policy()),
      mayBecomeTask: (tool) => this.#policyOf(tool).policy !== 'never',
      names: this.#names,
    });
    return resultLine(id, rewritten);
  }

  #learnNames(request: WireMessage, result: unknown): void {
    if (this.#areNamesFixed) return;
    if (paramOf(request, 'cursor') === undefined) this.#upstreamNames = new Set();
    for (const name of toolNamesOf(result)) this.#upstreamNames.add(name);
    if (isJsonObject(result) && typeof result.nextCursor === 'string') return;
    this.#names = {
      poll: freeName(DEFAULT_NAMES.poll, this.#upstreamNames),
      control: freeName(DEFAULT_NAMES.control, this.#upstreamNames),
    };
    this.#areNamesFixed = true;
  }

  #policyOf(tool: string): ResolvedPolicy {
    const { context, route } = this.options;
    const policy = route.policy();
    const ofTool = this.#policies.get(policy)?.get(tool) ?? this.#resolve(policy, tool);
    const limitMs = context.learned.limitOf(route);
    return ofTool.handOffAfterMs <= limitMs ? ofTool : { ...ofTool, handOffAfterMs: limitMs };
  }

  #resolve(policy: RoutePolicy, tool: string): ResolvedPolicy {
    const byTool = this.#policies.get(policy) ?? new Map<string, ResolvedPolicy>();
    const resolved = resolvePolicy(policy, tool);
    this.#policies.set(policy, byTool.set(tool, resolved));
    return resolved;
  }
}
