import { randomBytes } from 'node:crypto';
import type { Disposable } from '../../../common/disposable.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../../common/json.ts';
import { memberOf, type Span } from '../../../common/jsonSpans.ts';
import { errorLine, lostLine, resultLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { withResultType } from '../../wire/resultText.ts';
import { TaskMethod } from '../../wire/taskNames.ts';
import {
  errorCodeOf,
  parsedSpan,
  sliceOf,
  type WireMessage,
  withId,
} from '../../wire/wireMessage.ts';
import { envelopeFor } from './modernEnvelope.ts';
import type { OpenCall } from './openCall.ts';
import { Poller } from './poller.ts';
import type { TaskPort, WatchedTask } from './taskPort.ts';
import {
  ASKING_LIMIT_MS,
  CANCEL_LIMIT_MS,
  endText,
  FORGOTTEN,
  isEnd,
  NEVER_ENDED,
  readTask,
  type UpstreamTask,
} from './taskShapes.ts';

/** A task that a server of 2026-07-28 has made of a call. */
export interface ModernTaskOptions {
  readonly port: TaskPort;
  readonly call: OpenCall;
  /** As told in the answer to the call. */
  readonly first: UpstreamTask;
  /** The call is answered with this line (an `input_required` result); a retry with `state` brings the input. */
  readonly asks: (line: string, state: string) => void;
  /** The input for `state` has come, or nobody waits for it any more. */
  readonly isAnswered: (state: string) => void;
  /** Called once; `null`: no call waits for an answer. */
  readonly finish: (line: string | null) => void;
}

/** One task of the extension of 2026-07-28: `tasks/get` tells all, the end included. */
export class ModernTask implements WatchedTask {
  readonly taskId: string;
  call: OpenCall;
  readonly #poller: Poller;
  /** Keys are unique for the task's lifetime: what was answered is not asked again. */
  readonly #answeredKeys = new Set<string>();
  /** Set while the input is awaited, and no call is open. */
  #asking: { readonly state: string; readonly keys: readonly string[] } | null = null;
  /** What `tasks/update` was refused with; it counts while the task still asks. */
  #refusal: WireMessage | null = null;
  #isCancelled = false;
  #limit: Disposable | null = null;

  constructor(private readonly options: ModernTaskOptions) {
    const { port, call, first } = options;
    this.taskId = first.taskId;
    this.call = call;
    this.#poller = new Poller(port.clock, () =>
      port.ask(TaskMethod.get, this.#params(), (answer) => this.#onStatus(answer)),
    );
  }

  /** Right away where the input is asked for already: the answer to the call does not hold it. */
  start(): void {
    const { first } = this.options;
    this.#poller.intervalMs = first.pollMs;
    this.#tell(first);
    if (first.status === 'working') this.#poller.wait();
    else this.#poller.askNow();
  }

  told(message: WireMessage): void {
    if (message.params !== null) this.#see(message, message.params);
  }

  /** The retry of the call, with the input. It waits for the task from now on. */
  answered(call: OpenCall, responsesText: string): void {
    this.call = call;
    this.#takeAnswered(responsesText);
    const params = this.#params(`,"inputResponses":${responsesText}`);
    this.options.port.ask(TaskMethod.update, params, (answer) => {
      this.#refusal = answer.error === null ? null : answer;
      this.#poller.askNow();
    });
  }

  /** Cooperative: the task may end otherwise, so it is followed further. */
  cancel(): void {
    this.#isCancelled = true;
    this.options.port.ask(TaskMethod.cancel, this.#params(), () => this.#poller.askNow());
    this.#limitTo(CANCEL_LIMIT_MS);
  }

  dispose(): void {
    this.#poller.dispose();
    this.#limit?.dispose();
    if (this.#asking !== null) this.options.isAnswered(this.#asking.state);
  }

  #params(more = ''): string {
    const taskId = JSON.stringify(this.taskId);
    return `{"taskId":${taskId}${more},"_meta":${envelopeFor(this.call.metaText)}}`;
  }

  #limitTo(limitMs: number): void {
    this.#limit?.dispose();
    const { clock } = this.options.port;
    this.#limit = clock.after(limitMs, () => this.#finish(this.#failure(NEVER_ENDED)));
  }

  #onStatus(answer: WireMessage): void {
    if (answer.result !== null) this.#see(answer, answer.result);
    else if (errorCodeOf(answer) === WireErrorCode.invalidParams)
      this.#finish(lostLine(this.call.id, FORGOTTEN));
    else this.#poller.wait();
  }

  /** The task as it stands at `span`: in an answer or in a notification. */
  #see(message: WireMessage, span: Span): void {
    const task = readTask(parsedSpan(message, span));
    if (task === null) {
      this.#poller.wait();
      return;
    }
    this.options.port.taskTold(this.call, this.taskId);
    this.#poller.intervalMs = task.pollMs;
    this.#tell(task);
    if (isEnd(task)) this.#onEnd(this.#endLine(message, span, task));
    else if (task.status === 'input_required') this.#onInputRequired(message, span);
    else this.#poller.wait();
  }

  #tell(task: UpstreamTask): void {
    const line = this.#asking === null ? this.call.progressLine(task) : null;
    if (line !== null) this.options.port.deliver(line);
  }

  /** While no call is open the end has to wait: the retry will find it. */
  #onEnd(line: string): void {
    if (this.#asking === null || this.#isCancelled) this.#finish(line);
  }

  #onInputRequired(message: WireMessage, span: Span): void {
    const requests = this.#asking === null ? this.#unanswered(message, span) : {};
    if (this.#refusal !== null) this.#finish(withId(this.#refusal, this.call.id));
    else if (Object.keys(requests).length > 0) this.#askFor(requests);
    else if (this.#asking === null || this.#isCancelled) this.#poller.wait();
  }

  #unanswered(message: WireMessage, span: Span): JsonObject {
    const requests = parsedSpan(message, memberOf(message.text, span, 'inputRequests'));
    const all = isJsonObject(requests) ? Object.entries(requests) : [];
    return Object.fromEntries(all.filter(([key]) => !this.#answeredKeys.has(key)));
  }

  /** The open call is answered with the questions; nothing is polled until its retry comes. */
  #askFor(inputRequests: JsonObject): void {
    const requestState = randomBytes(16).toString('base64url');
    this.#asking = { state: requestState, keys: Object.keys(inputRequests) };
    this.#poller.stop();
    if (!this.#isCancelled) this.#limitTo(ASKING_LIMIT_MS);
    const result = { resultType: 'input_required', inputRequests, requestState };
    this.options.asks(resultLine(this.call.id, result), requestState);
  }

  #takeAnswered(responsesText: string): void {
    const responses = parseJson(responsesText);
    const given = isJsonObject(responses) ? responses : {};
    for (const key of this.#asking?.keys ?? []) if (key in given) this.#answeredKeys.add(key);
    if (this.#asking !== null) this.options.isAnswered(this.#asking.state);
    this.#asking = null;
    if (!this.#isCancelled) this.#limit?.dispose();
  }

  #finish(line: string): void {
    this.options.finish(this.#asking === null ? line : null);
  }

  #failure(text: string): string {
    return errorLine(this.call.id, WireErrorCode.internalError, text);
  }

  /** The answer to the call: the task's result or error, byte for byte. */
  #endLine({ text }: WireMessage, span: Span, task: UpstreamTask): string {
    const key = task.status === 'completed' ? 'result' : 'error';
    const value = task.status === 'cancelled' ? null : memberOf(text, span, key);
    if (value === null) return this.#failure(endText(task));
    const valueText = sliceOf(text, value);
    const body = key === 'result' ? withResultType(valueText) : valueText;
    return `{"jsonrpc":"2.0","id":${this.call.id},"${key}":${body}}`;
  }
}
