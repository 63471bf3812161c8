import { memberOf } from '../../../common/jsonSpans.ts';
import { parsedSpan, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import { withExtension } from './modernEnvelope.ts';
import { ModernTask } from './modernTask.ts';
import type { OpenCall } from './openCall.ts';
import type { WatchedTask } from './taskPort.ts';
import { TaskRouter } from './taskRouter.ts';
import { readTask } from './taskShapes.ts';

/** A server with the tasks extension of 2026-07-28 (U3): it decides call by call. */
export class ModernTasks extends TaskRouter {
  /** Tasks that wait for input, by the `requestState` that brings it. */
  readonly #asking = new Map<string, ModernTask>();

  protected override sendCall(message: WireMessage, call: OpenCall): void {
    const state = parsedSpan(message, paramAt(message, 'requestState'));
    const asking = typeof state === 'string' ? this.#asking.get(state) : undefined;
    if (asking === undefined) this.port.forward(withExtension(message));
    else this.#takeInput(asking, call, message);
  }

  protected override taskIn(answer: WireMessage): unknown {
    const result = parsedResultType(answer) === 'task' ? answer.result : null;
    return result === null ? undefined : parsedSpan(answer, result);
  }

  protected override watch(call: OpenCall, created: unknown): WatchedTask | null {
    const first = readTask(created);
    if (first === null) return null;
    const task = new ModernTask({
      port: this.port,
      call,
      first,
      asks: (line, state) => {
        this.#asking.set(state, task);
        this.answer(task.call, line);
      },
      isAnswered: (state) => this.#asking.delete(state),
      finish: (line) => {
        this.ended(task);
        if (line !== null) this.answer(task.call, line);
      },
    });
    return task;
  }

  /** The retry of an answered call: its input goes to the task, and it waits in that one's place. */
  #takeInput(task: ModernTask, call: OpenCall, message: WireMessage): void {
    const responses = paramAt(message, 'inputResponses');
    call.task = task;
    this.port.taskTold(call, task.taskId);
    task.answered(call, responses === null ? '{}' : sliceOf(message.text, responses));
  }
}

function paramAt({ text, params }: WireMessage, key: string) {
  return params === null ? null : memberOf(text, params, key);
}

function parsedResultType(answer: WireMessage): unknown {
  const { text, result } = answer;
  return result === null ? null : parsedSpan(answer, memberOf(text, result, 'resultType'));
}
