import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';

/** What a refusal may have to do with a window. */
export interface WindowFacts {
  readonly workspaceId: string | null;
  /** Rows of this window: its chats are known by them. */
  readonly rows: readonly TaskRow[];
}

/** Whether the refusal turns away calls of this window's agents. */
export function concernsWindow({ scope }: WorkRefusal, window: WindowFacts): boolean {
  if (scope.kind === 'everything') return true;
  if (scope.kind === 'route' && scope.workspace === undefined) return true;
  if (scope.kind !== 'conversation') return scope.workspace === window.workspaceId;
  return window.rows.some(({ conversationId }) => conversationId === scope.conversationId);
}

/** An administrator's is lifted by the administrator's file alone. */
export function isLiftable({ by }: WorkRefusal): boolean {
  return by !== 'admin';
}
