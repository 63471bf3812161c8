import { isJsonObject } from '../../common/json.ts';
import { mayIssueHandles, type ResolvedPolicy, taskSupportOf } from '../../registry/policy.ts';
import type { ClientFacts } from '../../registry/taskRecord.ts';
import type { DownstreamPort, ProxyContext, SessionRoute } from '../proxyContext.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { takesTasks } from '../wire/envelopes.ts';
import { errorLine, resultLine } from '../wire/jsonRpc.ts';
import { withoutParam } from '../wire/members.ts';
import {
  paramOf,
  parsedSpan,
  progressTokenOf,
  stringParamOf,
  type WireMessage,
  withId,
} from '../wire/wireMessage.ts';
import { errorAnswer } from './answers.ts';
import { clientOf } from './callFacts.ts';
import { CallPolicies } from './callPolicies.ts';
import { CallReply, type ReplyPort } from './callReply.ts';
import { Companions } from './companions/companions.ts';
import { type CompanionNames, DEFAULT_NAMES, freeName } from './companions/companionTools.ts';
import { controlOffer } from './companions/controlOffer.ts';
import { forwardRequest } from './forwardRequest.ts';
import type { InFlight } from './inFlight.ts';
import type { JoinedCall } from './joinedCall.ts';
import { policyFor, type TaskForm, taskFormOf } from './nativeTasks/taskForm.ts';
import type { TaskMethods } from './nativeTasks/taskMethods.ts';
import type { OwnUpstreams } from './ownUpstreams.ts';
import { RepeatDesk } from './repeatDesk.ts';
import { refusalOf } from './taskLimits.ts';
import { ToolCall } from './toolCall.ts';
import { rewriteToolList, toolNamesOf } from './toolListRewrite.ts';
import type { UpstreamBinding } from './upstreamBinding.ts';

/** What the calls of one connection work with; `client` is read at each call. */
export interface CallDeskOptions {
  readonly context: ProxyContext;
  readonly route: SessionRoute;
  readonly port: DownstreamPort;
  readonly inFlight: InFlight;
  readonly binding: UpstreamBinding;
  readonly client: () => ClientFacts;
  readonly tasks: TaskMethods;
  readonly own: OwnUpstreams;
}

interface WantedCall {
  readonly tool: string;
  readonly policy: ResolvedPolicy;
  readonly form: TaskForm;
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
  readonly #policies: CallPolicies;

  constructor(private readonly options: CallDeskOptions) {
    const { context, route, port, inFlight } = options;
    const names = () => this.#names;
    this.#repeats = new RepeatDesk(options);
    this.#companions = new Companions({ context, route, names });
    this.#policies = new CallPolicies(context, route);
    this.#replyPort = { context, port, inFlight, names, tasks: options.tasks };
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
    const tool = stringParamOf(message, 'name') ?? '';
    const isOurs = tool === this.#names.poll || tool === this.#names.control;
    const policy = this.#policies.of(tool);
    const support = isOurs ? 'never' : taskSupportOf(policy);
    const form = taskFormOf(message, support, this.options.tasks);
    if (typeof form !== 'string') {
      this.options.port.send(errorLine(id, form.code, form.message, form.data));
    } else if (isOurs) this.#callCompanion(message, tool);
    else this.#callUpstream(withoutParam(message, 'task'), { tool, policy, form });
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

  #callUpstream(message: WireMessage, { tool, form, ...wanted }: WantedCall): void {
    const { context, route, client } = this.options;
    const policy = policyFor(form, wanted.policy);
    const call = new ToolCall({ context, route, message, tool, policy, client: client(), form });
    const reply = new CallReply(this.#replyPort, message, form);
    if (this.#repeats.take(call, reply)) return;
    const refusal = refusalOf(call, context);
    if (refusal !== null) {
      reply.answerRefused(refusal);
      return;
    }
    reply.become(call);
    if (policy.isolation === 'perCall') this.#runAlone(call, message, reply);
    else this.#run(call, reply);
  }

  /** In an upstream of its own: shown and handed off like any other while that starts. */
  #runAlone(call: ToolCall, message: WireMessage, reply: CallReply): void {
    const { own, context } = this.options;
    reply.onAnswer = (answer) => own.answered(call, answer);
    call.enter(reply);
    const run = (upstream: Upstream) => {
      // Its limits were asked before it began to be shown.
      const refusal = call.isWaiting ? context.authority.refusalOf(call) : null;
      if (refusal !== null && call.endOpen(refusal)) call.release();
      call.begin(upstream);
    };
    const fail = (why: string) => call.failStart(why);
    call.startAlone((signal) => own.open(message, { run, fail, signal }));
  }

  #run(call: ToolCall, reply: CallReply): void {
    const { binding } = this.options;
    const upstream = binding.ready;
    if (upstream !== null) call.start(upstream, reply);
    else this.#startLater(call, reply);
  }

  /** Its server is not there yet: until it is the call may be ended, and is asked for once more. */
  #startLater(call: ToolCall, reply: CallReply): void {
    const { context, binding } = this.options;
    const refuse = (why: string) => {
      call.release();
      reply.answerRefused(why);
    };
    context.calls.addWaiting({ call, end: ({ why }) => refuse(why) });
    binding.withUpstream(
      (started) => {
        const refusal = call.isWaiting ? refusalOf(call, context) : null;
        // Asking may have ended it: what was ordered past us is taken in then, and it is answered.
        if (!call.isWaiting) return;
        if (refusal !== null) refuse(refusal);
        else call.start(started, reply);
      },
      (why) => {
        if (!call.isWaiting) return;
        call.release();
        reply.answerGone(why);
      },
    );
  }

  #callCompanion(message: WireMessage, tool: string): void {
    const { port, client } = this.options;
    const reply = new CallReply(this.#replyPort, message);
    const abort = new AbortController();
    reply.become({ kind: 'own', abort });
    const work = this.#companions.call({
      tool,
      arguments: paramOf(message, 'arguments'),
      client: clientOf(message, client()),
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
    const { route, tasks } = this.options;
    const isPlain = !takesTasks(request);
    const rewritten = rewriteToolList(result, {
      route: route.name,
      mayIssueHandles: isPlain && this.#mayIssueHandles(result),
      mayBecomeTask: (tool) => isPlain && this.#policies.of(tool).policy !== 'never',
      ...(tasks.isOffered && { taskSupport: (tool) => taskSupportOf(this.#policies.of(tool)) }),
      names: this.#names,
      offer: controlOffer(this.options.context, route),
    });
    return resultLine(id, rewritten);
  }

  /** Whether the settings say so, or a lock for one of the tools there are (P8). */
  #mayIssueHandles(result: unknown): boolean {
    if (mayIssueHandles(this.options.route.policy())) return true;
    const names = [...this.#upstreamNames, ...toolNamesOf(result)];
    return names.some((tool) => this.#policies.of(tool).policy !== 'never');
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
}
