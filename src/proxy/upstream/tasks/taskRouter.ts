import type { Disposable } from '../../../common/disposable.ts';
import { isJsonObject } from '../../../common/json.ts';
import { memberOf } from '../../../common/jsonSpans.ts';
import { errorLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { Method } from '../../wire/mcpNames.ts';
import { TaskMethod } from '../../wire/taskNames.ts';
import {
  parsedSpan,
  progressTokenOf,
  readMessage,
  sliceOf,
  type WireMessage,
} from '../../wire/wireMessage.ts';
import { OpenCall } from './openCall.ts';
import { RESUME_METHOD } from './resume.ts';
import type { TaskPort, WatchedTask } from './taskPort.ts';

const MAX_CANCELLED = 100;

/**
 * The messages of a server that has tasks, in both directions. What the two generations have in
 * common: which answer belongs to which call, what is passed on and what stays here.
 */
export abstract class TaskRouter implements Disposable {
  /** Calls that the server has not answered yet. */
  readonly #calls = new Map<string, OpenCall>();
  readonly #tasks = new Map<string, WatchedTask>();
  readonly #cancelled: OpenCall[] = [];

  constructor(protected readonly port: TaskPort) {}

  /** A line from above. */
  send(line: string): void {
    const message = readMessage(line);
    if (message === null) this.port.forward(line);
    else if (message.id !== null && message.method === Method.toolsCall) this.#call(message);
    else if (message.id !== null && message.method === RESUME_METHOD) this.#resume(message);
    else if (message.method === Method.cancelled) this.#cancel(message);
    else this.passDown(message);
  }

  /** A message of the server that answers no request of the layer. */
  receive(message: WireMessage): void {
    if (message.kind === 'response') this.#onResponse(message);
    else if (message.method === Method.progress) this.#onProgress(message);
    else if (isTaskNotification(message)) this.#onTold(message);
    else this.passUp(message);
  }

  dispose(): void {
    for (const task of [...this.#tasks.values()]) task.dispose();
    this.#tasks.clear();
    this.#calls.clear();
  }

  /** Sends the call as its generation has it, or answers it in another way. */
  protected abstract sendCall(message: WireMessage, call: OpenCall): void;
  /** The `result` member that is the task, where the answer to a call is one; else `undefined`. */
  protected abstract taskIn(answer: WireMessage): unknown;
  /** The task, from what the server has told at its creation; `null` if it has no id. */
  protected abstract watch(call: OpenCall, created: unknown): WatchedTask | null;

  protected passDown(message: WireMessage): void {
    this.port.forward(message.text);
  }

  protected passUp(message: WireMessage): void {
    this.port.deliver(message.text);
  }

  /** A response that is neither ours nor a call's. */
  protected otherResponse(_message: WireMessage): void {}

  protected taskOf(taskId: string): WatchedTask | undefined {
    return this.#tasks.get(taskId);
  }

  protected answer(call: OpenCall, line: string): void {
    this.#calls.delete(call.id);
    this.port.deliver(line);
  }

  protected ended(task: WatchedTask): void {
    this.#tasks.delete(task.taskId);
    task.dispose();
  }

  #call(message: WireMessage): void {
    this.sendCall(message, this.#open(message));
  }

  #open(message: WireMessage): OpenCall {
    const meta = message.param('_meta');
    const metaText = meta === null ? '{}' : sliceOf(message.text, meta);
    const call = new OpenCall(message.id ?? 'null', progressTokenOf(message), metaText);
    this.#calls.set(call.id, call);
    return call;
  }

  /** A task of an earlier connection: nothing is called, its end is waited for. */
  #resume(message: WireMessage): void {
    const call = this.#open(message);
    if (hasInput(message)) this.sendCall(message, call);
    else this.#begin(call, this.watch(call, parsedSpan(message, message.params)));
  }

  /** A task is cancelled by its id; a call that may yet become one is cancelled in both ways. */
  #cancel(message: WireMessage): void {
    const span = message.param('requestId');
    const id = span === null ? '' : sliceOf(message.text, span);
    const task = this.#waitedFor(id);
    const call = this.#calls.get(id);
    if (task !== undefined) task.cancel();
    else this.port.forward(message.text);
    if (task === undefined && call !== undefined) this.#noteCancelled(call);
  }

  /** Most servers never answer what was cancelled: of those calls the latest are kept in mind. */
  #noteCancelled(call: OpenCall): void {
    call.isCancelled = true;
    this.#cancelled.push(call);
    const oldest = this.#cancelled.length > MAX_CANCELLED ? this.#cancelled.shift() : undefined;
    if (oldest?.task === null) this.#calls.delete(oldest.id);
  }

  #waitedFor(id: string): WatchedTask | undefined {
    for (const task of this.#tasks.values()) if (task.call.id === id) return task;
    return undefined;
  }

  #onResponse(message: WireMessage): void {
    const call = this.#calls.get(message.id ?? '');
    if (call === undefined) {
      this.otherResponse(message);
      this.port.deliver(message.text);
    } else if (call.task === null) {
      this.#onAnswer(call, message);
    }
    // Otherwise the server has answered twice: the task's end is the answer, not this.
  }

  #onAnswer(call: OpenCall, message: WireMessage): void {
    const created = this.taskIn(message);
    if (created === undefined) this.answer(call, message.text);
    else {
      this.#begin(call, this.watch(call, created));
      if (call.task !== null) this.port.taskTold(call, call.task.taskId);
    }
  }

  #begin(call: OpenCall, task: WatchedTask | null): void {
    if (task === null || this.#tasks.has(task.taskId)) this.#refuse(call, task);
    else this.#follow(call, task);
  }

  #follow(call: OpenCall, task: WatchedTask): void {
    call.task = task;
    this.#tasks.set(task.taskId, task);
    task.start();
    if (call.isCancelled) task.cancel();
  }

  #refuse(call: OpenCall, task: WatchedTask | null): void {
    const why = task === null ? 'without an id' : 'that it had given to another call already';
    const text = `The server answered with a task ${why}; whether the call runs is unknown.`;
    this.answer(call, errorLine(call.id, WireErrorCode.internalError, text));
  }

  #onProgress(message: WireMessage): void {
    const token = message.param('progressToken');
    const text = token === null ? '' : sliceOf(message.text, token);
    for (const call of this.#calls.values()) {
      if (call.token === text) call.noteProgress(parsedSpan(message, message.params));
    }
    this.port.deliver(message.text);
  }

  /** Nobody above knows the server's tasks: the news ends here. */
  #onTold(message: WireMessage): void {
    const taskId = taskIdOf(message);
    if (taskId !== null) this.#tasks.get(taskId)?.told(message);
  }
}

function isTaskNotification({ method }: WireMessage): boolean {
  return method === TaskMethod.statusChanged || method === TaskMethod.changed;
}

/** Whether it brings what a task had asked for. */
function hasInput({ text, params }: WireMessage): boolean {
  return params !== null && memberOf(text, params, 'requestState') !== null;
}

function taskIdOf(message: WireMessage): string | null {
  const params = parsedSpan(message, message.params);
  return isJsonObject(params) && typeof params.taskId === 'string' ? params.taskId : null;
}
