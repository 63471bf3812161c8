import { isJsonObject, stringOr } from '../common/json.ts';
import type { Door } from '../registry/taskRecord.ts';

/** What is covered by a refusal of new work, or by the ending of all work. */
export type WorkScope =
  | { readonly kind: 'everything' }
  | { readonly kind: 'workspace'; readonly workspace: string | null }
  /** Without `workspace`: the server of this name in every workspace. */
  | {
      readonly kind: 'route';
      readonly route: string;
      readonly workspace?: string | null | undefined;
    }
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
  return scope.kind === 'conversation'
    ? scope.conversationId === place.conversationId
    : mayCover(scope, place);
}

/** Whether a scope may cover calls of a route, where nobody can tell their conversations. */
export function mayCover(scope: WorkScope, place: Omit<WorkPlace, 'conversationId'>): boolean {
  switch (scope.kind) {
    case 'workspace':
      return scope.workspace === place.workspace;
    case 'route': {
      const isThere = scope.workspace === undefined || scope.workspace === place.workspace;
      return isThere && scope.route === place.route;
    }
    default:
      return true;
  }
}

/** A scope from disk or wire; `null` when it is none. */
export function parseWorkScope(value: unknown): WorkScope | null {
  if (!isJsonObject(value)) return null;
  const { kind, route, conversationId } = value;
  if (kind === 'everything') return { kind };
  if (kind === 'conversation') return isName(conversationId) ? { kind, conversationId } : null;
  const workspace = value.workspace ?? null;
  if (workspace !== null && !isName(workspace)) return null;
  if (kind === 'workspace') return { kind, workspace };
  if (kind !== 'route' || !isName(route)) return null;
  return value.workspace === undefined ? { kind, route } : { kind, route, workspace };
}

const DOORS: readonly Door[] = ['agent', 'user', 'supervisor', 'admin', 'policy'];

/** A refusal from disk; `null` when anything about it is not as we write it. */
export function parseWorkRefusal(value: unknown): WorkRefusal | null {
  if (!isJsonObject(value)) return null;
  const { id, since } = value;
  const scope = parseWorkScope(value.scope);
  const by = DOORS.find((door) => door === value.by);
  const isWhole = isTextOrNull(value.client) && isTextOrNull(value.note);
  if (scope === null || by === undefined || !isWhole || !isRefusalId(id)) return null;
  if (typeof since !== 'string' || Number.isNaN(Date.parse(since))) return null;
  const client = stringOr(value.client, null);
  return { id, scope, by, client, note: stringOr(value.note, null), since };
}

/** What people type: short, and safe as a file's name. */
export function isRefusalId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-z]{4,32}$/.test(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
