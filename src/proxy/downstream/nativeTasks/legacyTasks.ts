import { isTerminal, type TaskRecord } from '../../../registry/taskRecord.ts';
import type { ProxyContext, SessionRoute } from '../../proxyContext.ts';
import { WireError, WireErrorCode } from '../../wire/jsonRpc.ts';
import { withMeta } from '../../wire/resultText.ts';
import { META_RELATED_TASK, TaskMethod } from '../../wire/taskNames.ts';
import { viewOf } from '../taskAnswers.ts';
import { keptResult } from './detailedTask.ts';
import type { HostQuestions } from './hostQuestions.ts';
import { knownTask } from './knownTask.ts';
import { stopTask } from './stopTask.ts';
import type { TaskRequest } from './taskMethods.ts';
import { pageOf } from './taskPages.ts';
import { failureOf, hasErrorResult, type LegacyTask, legacyTask } from './taskShapes.ts';
import { untilEnded } from './untilEnded.ts';

/** The tasks of 2025-11-25 as one connection sees them (D1). */
export class LegacyTasks {
  constructor(
    private readonly context: ProxyContext,
    private readonly route: SessionRoute,
    private readonly questions: HostQuestions,
  ) {}

  /** Resolves with the result as JSON text. */
  async answer(method: string, request: TaskRequest): Promise<string> {
    switch (method) {
      case TaskMethod.get:
        return JSON.stringify(this.view(await knownTask(this.context, request.params.taskId)));
      case TaskMethod.result:
        return await this.#result(request);
      case TaskMethod.list:
        return this.#list(request);
      case TaskMethod.cancel:
        return await this.#cancel(request);
      default:
        throw new WireError(
          WireErrorCode.methodNotFound,
          `${method} is not a method of 2025-11-25.`,
        );
    }
  }

  view(record: TaskRecord): LegacyTask {
    const isStrict = this.route.policy().strictTaskStatus === true;
    const isFailed = isStrict && hasErrorResult(record);
    return legacyTask(viewOf(this.context, record), { isFailed });
  }

  /** Blocks until the end, the task's questions answered; then exactly the result, or the error. */
  async #result({ params, signal }: TaskRequest): Promise<string> {
    const { context } = this;
    const task = await knownTask(context, params.taskId);
    const asking = this.questions.askFor(task.handle);
    const ended = await untilEnded(context.registry, task, signal).finally(asking.dispose);
    if (ended.status !== 'completed') {
      const { code, message, data } = failureOf(ended, viewOf(context, ended));
      throw new WireError(code, message, data);
    }
    const result = await keptResult(context, ended, signal);
    return withMeta(result, META_RELATED_TASK, { taskId: ended.handle });
  }

  /** Of this route and workspace only (P8). */
  #list({ params }: TaskRequest): string {
    const { workspace, name } = this.route;
    const records = this.context.registry.list({ workspace, route: name });
    const { tasks, ...rest } = pageOf(records, params.cursor);
    return JSON.stringify({ tasks: tasks.map((task) => this.view(task)), ...rest });
  }

  async #cancel({ params }: TaskRequest): Promise<string> {
    const task = await knownTask(this.context, params.taskId);
    if (isTerminal(task.status)) throw alreadyEnded(task);
    const ended = await stopTask(this.context, task);
    if (ended.status !== 'cancelled') throw alreadyEnded(ended);
    return JSON.stringify(this.view(ended));
  }
}

function alreadyEnded({ status }: TaskRecord): WireError {
  return new WireError(
    WireErrorCode.invalidParams,
    `The task cannot be cancelled: it has already ended (${status}).`,
  );
}
