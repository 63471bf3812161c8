import type {
  ListResourcesResult,
  ListResourceTemplatesResult,
  ReadResourceResult,
  Resource,
} from '@modelcontextprotocol/sdk/types.js';
import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import type { BrokerSession } from '../brokerSession.ts';
import { noSuchHandle } from '../failure.ts';
import { parsePlace, placeOf, printPlace, rowsBehind } from '../page.ts';
import { isLive } from '../rowState.ts';
import { taskShape } from '../shapes/taskShape.ts';
import type { TaskMirror } from '../taskMirror.ts';
import { findRow } from '../tools/getTask.ts';
import { handleInUri, LIVE_URI, TASK_TEMPLATE, taskUri } from './taskUris.ts';

const JSON_TYPE = 'application/json';
const PAGE = 100;
/** Tasks in the list of what is live. */
const MOST_LIVE = 200;

const LIVE: Resource = {
  uri: LIVE_URI,
  name: 'live',
  title: 'Live Tasks',
  description: 'Every task and call of this user that runs or waits, newest first.',
  mimeType: JSON_TYPE,
};

interface Sources {
  readonly session: Pick<BrokerSession, 'request'>;
  readonly mirror: TaskMirror;
}

/** Live state as resources: what there is now, and what one of them holds. */
export class TaskResources {
  constructor(private readonly sources: Sources) {}

  async list(cursor: string | undefined): Promise<ListResourcesResult> {
    const place = cursor === undefined ? undefined : parsePlace(cursor);
    const live = await this.#live();
    const behind = rowsBehind(live, 'createdAt', place);
    const shown = behind.slice(0, PAGE);
    const last = behind.length > shown.length ? shown.at(-1) : undefined;
    return {
      resources: [...(place === undefined ? [LIVE] : []), ...shown.map(resourceOf)],
      ...(last && { nextCursor: printPlace(placeOf(last, 'createdAt', 0)) }),
    };
  }

  templates(): ListResourceTemplatesResult {
    const task = {
      uriTemplate: TASK_TEMPLATE,
      name: 'task',
      title: 'Task',
      description: 'One task by its handle (th_…), also when it has ended.',
      mimeType: JSON_TYPE,
    };
    return { resourceTemplates: [task] };
  }

  /** Rejects with one line for what is none of ours. */
  async read(uri: string): Promise<ReadResourceResult> {
    const value = uri === LIVE_URI ? await this.#liveValue() : taskShape(await this.#task(uri));
    return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(value) }] };
  }

  async #liveValue(): Promise<object> {
    const rows = rowsBehind(await this.#live(), 'createdAt', undefined);
    const tasks = rows.slice(0, MOST_LIVE).map(taskShape);
    return { tasks, more: rows.length - tasks.length };
  }

  /** What we hold of a broker that is silent may be long over. */
  async #live(): Promise<TaskRow[]> {
    await this.sources.session.request('broker/status', {});
    return this.sources.mirror.rows().filter(isLive);
  }

  async #task(uri: string): Promise<TaskRow> {
    const id = handleInUri(uri);
    if (id === undefined) throw noSuchHandle();
    return await findRow(this.sources, id);
  }
}

/** Only what the broker made goes into names: a client may show them as its own. */
function resourceOf(row: TaskRow): Resource {
  return { uri: taskUri(row.id), name: row.id, mimeType: JSON_TYPE };
}
