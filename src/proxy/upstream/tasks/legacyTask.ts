import type { Disposable } from '../../../common/disposable.ts';
import { memberOf } from '../../../common/jsonSpans.ts';
import { errorLine, lostLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { isEmptyObject, withoutMember } from '../../wire/members.ts';
import { META_RELATED_TASK, TaskMethod } from '../../wire/taskNames.ts';
import {
  errorCodeOf,
  parsedSpan,
  readMessage,
  type WireMessage,
  withId,
} from '../../wire/wireMessage.ts';
import type { OpenCall } from './openCall.ts';
import { Poller } from './poller.ts';
import type { TaskPort, WatchedTask } from './taskPort.ts';
import {
  CANCEL_LIMIT_MS,
  endText,
  FORGOTTEN,
  isEnd,
  NEVER_ENDED,
  readTask,
  type UpstreamTask,
} from './taskShapes.ts';

/** How long after its end a task's result may take; for one that failed there may be none. */
const RESULT_GRACE_MS = 30_000;
const NO_RESULT_GRACE_MS = 5_000;

/** A task that a server of 2025-11-25 has made of a call. */
export interface LegacyTaskOptions {
  readonly port: TaskPort;
  readonly call: OpenCall;
  /** As told in the answer to the call. */
  readonly first: UpstreamTask;
  /** Called once, with the answer to the call. */
  readonly finish: (line: string) => void;
}

/**
 * One task of 2025-11-25. `tasks/result` stays open to the end and gives the answer; `tasks/get`
 * tells how it stands meanwhile, and decides what an error of the former means: a connection that
 * broke, or the end.
 */
export class LegacyTask implements WatchedTask {
  readonly taskId: string;
  readonly call: OpenCall;
  readonly #params: string;
  readonly #poller: Poller;
  #result: Disposable | null = null;
  /** What `tasks/result` was refused with. */
  #refusal: WireMessage | null = null;
  #end: UpstreamTask | null = null;
  #grace: Disposable | null = null;
  #hasAskedAgain = false;

  constructor(private readonly options: LegacyTaskOptions) {
    const { port, call, first } = options;
    this.taskId = first.taskId;
    this.call = call;
    this.#params = JSON.stringify({ taskId: this.taskId });
    this.#poller = new Poller(port.clock, () =>
      port.ask(TaskMethod.get, this.#params, (answer) => this.#onStatus(answer)),
    );
  }

  start(): void {
    this.#openResult();
    this.#see(this.options.first);
  }

  told(message: WireMessage): void {
    const task = readTask(parsedSpan(message, message.params));
    if (task !== null) this.#hear(task);
  }

  /** Its outcome shows in the status; an answer that says "too late" changes nothing. */
  cancel(): void {
    const { port } = this.options;
    port.ask(TaskMethod.cancel, this.#params, () => this.#poller.askNow());
    this.#grace ??= port.clock.after(CANCEL_LIMIT_MS, () => this.#fail(NEVER_ENDED));
  }

  dispose(): void {
    this.#poller.dispose();
    this.#result?.dispose();
    this.#grace?.dispose();
  }

  #openResult(): void {
    this.#refusal = null;
    this.#result = this.options.port.ask(TaskMethod.result, this.#params, (answer) => {
      this.#result = null;
      this.#onResult(answer);
    });
  }

  #onResult(answer: WireMessage): void {
    if (answer.result !== null) this.options.finish(resultFor(this.call, answer));
    else this.#onRefusal(answer);
  }

  #onRefusal(answer: WireMessage): void {
    this.#refusal = answer;
    if (this.#end !== null) this.#onRefusedEnd(this.#end, answer);
    else this.#poller.askNow();
  }

  #onStatus(answer: WireMessage): void {
    const task = readTask(parsedSpan(answer, answer.result));
    if (task !== null) this.#hear(task);
    else if (answer.error !== null) this.#onNoStatus(answer);
    else this.#poller.wait();
  }

  #hear(task: UpstreamTask): void {
    this.options.port.taskTold(this.call, this.taskId);
    this.#see(task);
  }

  /** Whatever is told after an end is not believed. */
  #see(task: UpstreamTask): void {
    if (this.#end !== null) return;
    const line = this.call.progressLine(task);
    if (line !== null) this.options.port.deliver(line);
    if (isEnd(task)) this.#onEnd(task);
    else this.#goOn(task);
  }

  #goOn(task: UpstreamTask): void {
    this.#refusal = null;
    // Questions come while `tasks/result` is open. Otherwise one that broke is opened at the end.
    if (task.status === 'input_required' && this.#result === null) this.#openResult();
    this.#poller.intervalMs = task.pollMs;
    this.#poller.wait();
  }

  #onEnd(task: UpstreamTask): void {
    this.#end = task;
    this.#poller.dispose();
    if (this.#refusal !== null) this.#onRefusedEnd(task, this.#refusal);
    else this.#awaitResult(task);
  }

  #awaitResult(task: UpstreamTask): void {
    if (this.#result === null) this.#openResult();
    const graceMs = task.status === 'completed' ? RESULT_GRACE_MS : NO_RESULT_GRACE_MS;
    this.#grace?.dispose();
    this.#grace = this.options.port.clock.after(graceMs, () => this.#onNoResult(task));
  }

  /** Completed without a result: the connection may have broken just then. */
  #onRefusedEnd(task: UpstreamTask, refusal: WireMessage): void {
    if (task.status === 'completed' && !this.#hasAskedAgain) this.#askAgain(task);
    else if (task.status === 'cancelled') this.#fail(endText(task));
    else this.options.finish(withId(refusal, this.call.id));
  }

  #onNoResult(task: UpstreamTask): void {
    if (task.status === 'completed' && !this.#hasAskedAgain) this.#askAgain(task);
    else this.#fail(endText(task));
  }

  #askAgain(task: UpstreamTask): void {
    this.#hasAskedAgain = true;
    this.#result?.dispose();
    this.#result = null;
    this.#awaitResult(task);
  }

  #onNoStatus(answer: WireMessage): void {
    const code = errorCodeOf(answer);
    if (code === WireErrorCode.invalidParams) this.#onForgotten();
    else if (code === WireErrorCode.methodNotFound) this.#onNeverStatus();
    else this.#poller.wait();
  }

  /** The server knows the task no more: what `tasks/result` said meanwhile tells best why. */
  #onForgotten(): void {
    const refusal = this.#refusal;
    const isUnknown = refusal === null || errorCodeOf(refusal) === WireErrorCode.invalidParams;
    if (isUnknown) this.options.finish(lostLine(this.call.id, FORGOTTEN));
    else this.options.finish(withId(refusal, this.call.id));
  }

  /** A server without `tasks/get` may still give the result. */
  #onNeverStatus(): void {
    if (this.#refusal !== null) this.options.finish(withId(this.#refusal, this.call.id));
    else this.#poller.dispose();
  }

  #fail(text: string): void {
    this.options.finish(errorLine(this.call.id, WireErrorCode.internalError, text));
  }
}

/** The result under the call's id, without the trace of the task. */
function resultFor(call: OpenCall, answer: WireMessage): string {
  const { text, result } = answer;
  const meta = result === null ? null : memberOf(text, result, '_meta');
  if (result === null || meta === null) return withId(answer, call.id);
  const shorter = withoutMember(text, meta, META_RELATED_TASK);
  const isEmpty = shorter !== text && isEmptyObject(shorter, meta);
  const line = isEmpty ? withoutMember(text, result, '_meta') : shorter;
  const changed = readMessage(line);
  return changed === null ? line : withId(changed, call.id);
}
