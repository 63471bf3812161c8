import type { JsonObject } from '../../../common/json.ts';
import { isObjectAt, memberOf } from '../../../common/jsonSpans.ts';
import { isHandleId } from '../../../registry/handleId.ts';
import { toTaskView } from '../../../registry/projection.ts';
import { type HandleId, isTerminal, type TaskRecord } from '../../../registry/taskRecord.ts';
import type { TaskView } from '../../../registry/taskView.ts';
import { waitForEnd } from '../../../registry/waiting.ts';
import { META_TASK } from '../../wire/mcpNames.ts';
import { withFirstMember } from '../../wire/wireMessage.ts';
import { errorAnswer, listAnswer, type ToolAnswer, viewAnswer } from '../answers.ts';
import { endedSentence, stillRunningSentence, UNKNOWN_HANDLE } from '../sentences.ts';
import type { CompanionCall, CompanionOptions } from './companions.ts';
import { POLL_WAIT_DEFAULT_MS, POLL_WAIT_MAX_MS } from './companionTools.ts';

const MAX_LISTED = 50;

/** `task_poll`: waits for a task, or lists the tasks of this route and workspace. */
export class TaskPoll {
  /** Polls by handle on this connection: models forget the cursor. */
  readonly #polls = new Map<HandleId, number>();

  constructor(private readonly options: CompanionOptions) {}

  async call(given: JsonObject, call: CompanionCall): Promise<ToolAnswer | string> {
    if (given.handle === undefined || given.handle === null || given.handle === '') {
      return this.#list();
    }
    const { registry } = this.options.context;
    if (!isHandleId(given.handle) || registry.get(given.handle) === undefined) {
      return errorAnswer(UNKNOWN_HANDLE);
    }
    const record = await this.#wait(given.handle, given.waitMs, call);
    if (isTerminal(record.status)) return await this.#ended(record, call.signal);
    return this.#stillRunning(record, given.cursor);
  }

  async #wait(handle: HandleId, waitMs: unknown, call: CompanionCall): Promise<TaskRecord> {
    const { registry, clock } = this.options.context;
    const wanted = typeof waitMs === 'number' && waitMs >= 0 ? waitMs : POLL_WAIT_DEFAULT_MS;
    const progress = registry.onDidTick((record) => {
      if (record.handle === handle) sendProgress(record, call);
    });
    try {
      return await waitForEnd(registry, handle, {
        waitMs: Math.min(wanted, POLL_WAIT_MAX_MS),
        clock,
        signal: call.signal,
      });
    } finally {
      progress.dispose();
    }
  }

  /** The upstream's own result, verbatim but for our `_meta` key; or why there is none. */
  async #ended(record: TaskRecord, signal: AbortSignal): Promise<ToolAnswer | string> {
    const { registry, log } = this.options.context;
    const view = this.#view(record);
    if (record.status !== 'completed') return errorAnswer(endedSentence(view), view);
    const resultJson = await registry.readResult(record.handle);
    if (resultJson === null) {
      return errorAnswer('The task has completed, but its result cannot be read.', view);
    }
    if (!signal.aborted) {
      registry.apply(record.handle, { type: 'collected' }).catch((error: unknown) => {
        log.write('warn', `That ${record.handle} was collected is not recorded.`, error);
      });
    }
    return withTaskMeta(resultJson, view);
  }

  #stillRunning(record: TaskRecord, cursor: unknown): ToolAnswer {
    const { names } = this.options;
    const said = Number.parseInt(String(cursor ?? '1'), 10);
    const counted = (this.#polls.get(record.handle) ?? 0) + 1;
    const poll = Math.max(counted, Number.isFinite(said) ? said : 1);
    this.#polls.set(record.handle, poll);
    const view = this.#view(record);
    return viewAnswer(
      stillRunningSentence(view, names(), { nextCursor: poll + 1, ttlMs: record.ttlMs }),
      view,
    );
  }

  #list(): ToolAnswer {
    const { context, route } = this.options;
    const records = context.registry.list({ workspace: route.workspace, route: route.name });
    const views = records.slice(0, MAX_LISTED).map((record) => this.#view(record));
    const lines = views.map((view) => `${view.handle} \`${view.tool}\` ${view.status}`);
    const sentence = lines.length === 0 ? 'There are no tasks.' : lines.join('\n');
    return listAnswer(sentence, views);
  }

  #view(record: TaskRecord): TaskView {
    const { clock, calls } = this.options.context;
    const attached = calls.ofHandle(record.handle) !== undefined;
    return toTaskView(record, { now: clock.now(), attached });
  }
}

/** The task's own progress, under the poll's own token. */
function sendProgress(record: TaskRecord, call: CompanionCall): void {
  if (call.tokenText === null || record.progress === null) return;
  const { progress, total, message } = record.progress;
  const rest = JSON.stringify({
    progress,
    ...(total === null ? {} : { total }),
    ...(message === null ? {} : { message }),
  }).slice(1);
  call.notify(
    `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${call.tokenText},${rest}}`,
  );
}

/**
 * The result byte for byte, but for one key more in its `_meta`; nothing more where the server
 * sent something else than an object.
 */
function withTaskMeta(resultJson: string, view: TaskView): string {
  const entry = `${JSON.stringify(META_TASK)}:${JSON.stringify(view)}`;
  const whole = { start: 0, end: resultJson.length };
  if (!isObjectAt(resultJson, whole)) return resultJson;
  const meta = memberOf(resultJson, whole, '_meta');
  if (meta !== null && !isObjectAt(resultJson, meta)) return resultJson;
  if (meta !== null) return withFirstMember(resultJson, meta, entry);
  return withFirstMember(resultJson, whole, `"_meta":{${entry}}`);
}
