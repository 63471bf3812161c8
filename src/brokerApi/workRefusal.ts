import type { Door } from '../registry/taskRecord.ts';

/** What is covered by a refusal of new work, or by the ending of all work. */
export type WorkScope =
  | { readonly kind: 'everything' }
  | { readonly kind: 'workspace'; readonly workspace: string | null }
  | { readonly kind: 'route'; readonly workspace: string | null; readonly route: string }
  | { readonly kind: 'conversation'; readonly conversationId: string };

/** New work of a scope is refused until somebody lifts it (P7). On disk as on the wire. */
export interface WorkRefusal {
  readonly id: string;
  readonly scope: WorkScope;
  /** `admin`: an administrator's file says so; only that file lifts it. */
  readonly by: Door;
  /** The program that asked, as claimed. */
  readonly client: string | null;
  readonly note: string | null;
  /** ISO 8601. */
  readonly since: string;
}

/** Where a call belongs. */
export interface WorkPlace {
  readonly route: string;
  readonly workspace: string | null;
  /** `null` where the client does not tell. */
  readonly conversationId: string | null;
}

/** Whether a scope covers a call. */
export function isInScope(scope: WorkScope, place: WorkPlace): boolean {
  switch (scope.kind) {
    case 'everything':
      return true;
    case 'workspace':
      return scope.workspace === place.workspace;
    case 'route':
      return scope.workspace === place.workspace && scope.route === place.route;
    case 'conversation':
      return scope.conversationId === place.conversationId;
  }
}
