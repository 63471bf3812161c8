import { isJsonObject } from '../../../common/json.ts';
import { memberOf } from '../../../common/jsonSpans.ts';
import { errorLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { META_CALL, Method } from '../../wire/mcpNames.ts';
import { withMember, withMemberFor } from '../../wire/members.ts';
import { META_RELATED_TASK } from '../../wire/taskNames.ts';
import { metaOf, parsedSpan, stringParamOf, type WireMessage } from '../../wire/wireMessage.ts';
import { KnownTools } from './knownTools.ts';
import { LegacyTask } from './legacyTask.ts';
import type { OpenCall } from './openCall.ts';
import type { WatchedTask } from './taskPort.ts';
import { TaskRouter } from './taskRouter.ts';
import { readTask } from './taskShapes.ts';

/** How long the server is asked to keep a task: a day. */
const KEPT_MS = 86_400_000;

/** A server with the tasks of 2025-11-25 (U1): the client asks for them, call by call. */
export class LegacyTasks extends TaskRouter {
  readonly #tools = new KnownTools(this.port);

  protected override sendCall(message: WireMessage, call: OpenCall): void {
    const name = stringParamOf(message, 'name') ?? '';
    const takesTask = this.#tools.takesTask(name);
    if (takesTask === null) this.#tools.whenListed(() => this.#sendListed(message, call));
    else this.port.forward(takesTask ? this.#withTask(message) : message.text);
  }

  protected override taskIn(answer: WireMessage): unknown {
    const { text, result } = answer;
    if (result === null || memberOf(text, result, 'content') !== null) return undefined;
    const task = parsedSpan(answer, memberOf(text, result, 'task'));
    return isJsonObject(task) ? task : undefined;
  }

  protected override watch(call: OpenCall, created: unknown): WatchedTask | null {
    const first = readTask(created);
    if (first === null) return null;
    const task = new LegacyTask({
      port: this.port,
      call,
      first,
      finish: (line) => {
        this.ended(task);
        this.answer(call, line);
      },
    });
    return task;
  }

  protected override passDown(message: WireMessage): void {
    if (message.method === Method.toolsList) this.#tools.passing(message);
    super.passDown(message);
  }

  protected override passUp(message: WireMessage): void {
    if (message.method === Method.toolsChanged) this.#tools.changed();
    if (message.kind === 'request') this.port.deliver(this.#withCall(message));
    else super.passUp(message);
  }

  protected override otherResponse(message: WireMessage): void {
    this.#tools.learn(message);
  }

  /** The call has waited for the list; it may have been taken back meanwhile. */
  #sendListed(message: WireMessage, call: OpenCall): void {
    const text = 'The call was cancelled before the server got it.';
    if (!call.isCancelled) this.sendCall(message, call);
    else this.answer(call, errorLine(call.id, WireErrorCode.internalError, text));
  }

  #withTask(message: WireMessage): string {
    const { text, params } = message;
    if (params === null || memberOf(text, params, 'task') !== null) return text;
    return withMember(text, params, ['task', `{"ttl":${KEPT_MS}}`]);
  }

  /** A question about a task: the layer above is told of which call it is. */
  #withCall(message: WireMessage): string {
    const meta = message.param('_meta');
    const related = metaOf(message, META_RELATED_TASK);
    const taskId = isJsonObject(related) ? related.taskId : undefined;
    const task = typeof taskId === 'string' ? this.taskOf(taskId) : undefined;
    if (meta === null || task === undefined) return message.text;
    const member = `${JSON.stringify(META_CALL)}:${task.call.id}`;
    return withMemberFor(message.text, meta, [META_RELATED_TASK, member]);
  }
}
