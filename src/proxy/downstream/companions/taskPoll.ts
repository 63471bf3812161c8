import type { JsonObject } from '../../../common/json.ts';
import { type HandleId, isTerminal, type TaskRecord } from '../../../registry/taskRecord.ts';
import type { TaskView } from '../../../registry/taskView.ts';
import { errorAnswer, listAnswer, type ToolAnswer, viewAnswer } from '../answers.ts';
import { inputSentence, pausedSentence, stillRunningSentence } from '../sentences.ts';
import { endedAnswer, findTask, viewOf, waitForTask } from '../taskAnswers.ts';
import type { CompanionCall, CompanionOptions } from './companions.ts';
import { POLL_WAIT_DEFAULT_MS, POLL_WAIT_MAX_MS } from './companionTools.ts';

const MAX_LISTED = 50;

/** A task, and how the agent sees it. */
interface Seen {
  readonly record: TaskRecord;
  readonly view: TaskView;
}

/** `task_poll`: waits for a task, or lists the tasks of this route and workspace. */
export class TaskPoll {
  /** Polls by handle on this connection: models forget the cursor. */
  readonly #polls = new Map<HandleId, number>();

  constructor(private readonly options: CompanionOptions) {}

  async call(given: JsonObject, call: CompanionCall): Promise<ToolAnswer | string> {
    if (given.handle === undefined || given.handle === null || given.handle === '') {
      return this.#list();
    }
    const { context } = this.options;
    const found = await findTask(context, given.handle);
    if (typeof found === 'string') return errorAnswer(found);
    const record = await waitForTask(context, found, { ...call, waitMs: waitMsOf(given) });
    if (isTerminal(record.status)) return await endedAnswer(context, record, call.signal);
    const view = viewOf(context, record);
    if (view.paused) return viewAnswer(pausedSentence(view, this.options.names()), view);
    if (view.inputRequests !== undefined) return viewAnswer(inputSentence(view), view);
    return this.#stillRunning({ record, view }, given.cursor);
  }

  #stillRunning({ record, view }: Seen, cursor: unknown): ToolAnswer {
    const { names } = this.options;
    const said = Number.parseInt(String(cursor ?? '1'), 10);
    const counted = (this.#polls.get(record.handle) ?? 0) + 1;
    const poll = Math.max(counted, Number.isFinite(said) ? said : 1);
    this.#polls.set(record.handle, poll);
    return viewAnswer(
      stillRunningSentence(view, names(), { nextCursor: poll + 1, ttlMs: record.ttlMs }),
      view,
    );
  }

  #list(): ToolAnswer {
    const { context, route } = this.options;
    const records = context.registry.list({ workspace: route.workspace, route: route.name });
    const views = records.slice(0, MAX_LISTED).map((record) => viewOf(context, record));
    const lines = views.map((view) => `${view.handle} \`${view.tool}\` ${stateOf(view)}`);
    const sentence = lines.length === 0 ? 'There are no tasks.' : lines.join('\n');
    return listAnswer(sentence, views);
  }
}

function stateOf({ status, paused }: TaskView): string {
  return paused ? `${status}, paused` : status;
}

function waitMsOf({ waitMs }: JsonObject): number {
  const wanted = typeof waitMs === 'number' && waitMs >= 0 ? waitMs : POLL_WAIT_DEFAULT_MS;
  return Math.min(wanted, POLL_WAIT_MAX_MS);
}
