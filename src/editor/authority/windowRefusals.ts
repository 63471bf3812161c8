import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import type { BrokerLink } from '../brokerLink.ts';
import type { TaskModel } from '../taskModel.ts';
import type { WorkState } from './workState.ts';

/** What a refusal may have to do with a window. */
export interface WindowFacts {
  readonly workspaceId: string | null;
  /** Rows of this window: its chats are known by them. */
  readonly rows: readonly TaskRow[];
}

export interface RefusalSources {
  readonly work: Pick<WorkState, 'refusals'>;
  readonly model: Pick<TaskModel, 'ownRows'>;
  readonly link: Pick<BrokerLink, 'workspaceId'>;
}

/** Whether the refusal turns away calls of this window's agents. */
export function concernsWindow({ scope }: WorkRefusal, window: WindowFacts): boolean {
  if (scope.kind === 'everything') return true;
  if (scope.kind === 'route' && scope.workspace === undefined) return true;
  if (scope.kind !== 'conversation') return scope.workspace === window.workspaceId;
  return window.rows.some(({ conversationId }) => conversationId === scope.conversationId);
}

/** What turns away calls of the window that the model is of. */
export function refusalsOf({ work, model, link }: RefusalSources): readonly WorkRefusal[] {
  if (work.refusals.length === 0) return [];
  const rows = model.ownRows().map(({ row }) => row);
  const window = { workspaceId: link.workspaceId, rows };
  return work.refusals.filter((refusal) => concernsWindow(refusal, window));
}

/** An administrator's is lifted by the administrator's file alone. */
export function isLiftable({ by }: WorkRefusal): boolean {
  return by !== 'admin';
}
