import type { AuditFault, AuditRow } from '../registry/auditTrail.ts';
import type { RoutePolicy } from '../registry/policy.ts';
import type { Door, HandleId, RevocationLevel } from '../registry/taskRecord.ts';
import type { TaskView } from '../registry/taskView.ts';

export type {
  HandOff,
  LimitSettings,
  NativeTasks,
  PolicySettings,
  RoutePolicy,
} from '../registry/policy.ts';

/** The control protocol's number. A broker serves this one and the one before. */
export const CONTROL_PROTOCOL = 1;

/**
 * The first line on every connection, in newline-terminated JSON. Its shape never changes: it is
 * how two versions of us find out about each other. After the broker's `Welcome` line the
 * connection is JSON-RPC (`control`, vscode-jsonrpc framing) or MCP lines (`connect`).
 */
export type Hello = ControlHello | ConnectHello;

interface HelloBase {
  readonly mcpTaskHandles: 1;
  readonly token: string;
  readonly protocol: number;
  /** Our own version, of the program that says hello. */
  readonly version: string;
}

export interface ControlHello extends HelloBase {
  readonly role: 'control';
  readonly client: 'editor' | 'terminal';
}

export interface ConnectHello extends HelloBase {
  readonly role: 'connect';
  readonly route: string;
  /** Workspace identity, or `null` when `connect` ran nowhere in particular. */
  readonly workspace: string | null;
  /** Absent when the editor has handed the definition to the broker (`connect --route NAME`). */
  readonly definition?: ServerDefinition;
  readonly policy?: RoutePolicy;
}

/** What is to be served over Streamable HTTP on loopback. */
export interface FrontParams {
  /** `null`: every route that the workspace's windows define, each below the URL by its name. */
  readonly route: string | null;
  readonly workspace: string | null;
  /** Absent when a window has defined the route, as for `connect --route NAME`. */
  readonly definition?: ServerDefinition;
  readonly policy?: RoutePolicy;
  /** 0: any that is free. */
  readonly port: number;
  /** What clients must bring; a fresh one is made when it is absent. */
  readonly token?: string;
}

/** An HTTP front that is open. Tokens are told to its opener only. */
export interface OpenFront {
  readonly route: string | null;
  readonly workspace: string | null;
  readonly url: string;
}

export type Welcome =
  | { readonly ok: true; readonly protocol: number; readonly version: string; readonly pid: number }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** How to start a stdio upstream. `env` is whole (nothing is inherited) and never persisted. */
export interface StdioDefinition {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * How to reach a remote upstream: Streamable HTTP, or the older HTTP+SSE. `headers` may hold
 * secrets: never persisted, never logged.
 */
export interface HttpDefinition {
  readonly type: 'http' | 'sse';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An MCP server as it is configured. */
export type ServerDefinition = StdioDefinition | HttpDefinition;

/** Whether a server is reached over HTTP; else a command starts it. */
export function isHttpDefinition(definition: ServerDefinition): definition is HttpDefinition {
  return 'url' in definition;
}

export interface RouteDefinition {
  readonly name: string;
  readonly definition: ServerDefinition;
  readonly policy: RoutePolicy;
}

/**
 * A row for people: a task, or a call that is not one yet (`kind: 'call'`, `handle: null`).
 * `id` is stable for the life of the row; a call that is handed off is removed and comes back as
 * a task whose `callId` names it.
 */
export interface TaskRow extends Omit<TaskView, 'handle'> {
  readonly id: string;
  readonly kind: 'task' | 'call';
  readonly handle: HandleId | null;
  readonly callId: string | null;
  /** The telling argument, redacted and shortened; untrusted text. */
  readonly argument: string;
  readonly workspace: string | null;
  readonly client: { readonly name: string; readonly version: string };
  readonly conversationId: string | null;
  readonly hasResult: boolean;
  readonly isError: boolean;
  readonly collected: boolean;
  readonly hasLateResult: boolean;
  /** ISO 8601; `null` while live. */
  readonly endedAt: string | null;
  /** Whether the connection that made the call is still there. */
  readonly clientAttached: boolean;
  readonly upstreamPid: number | null;
  /** It lies in an archive: still there, and never told by `tasks/changed`. */
  readonly isArchived?: true;
  /** A newer version of us wrote it, in this schema; all else here is a guess. */
  readonly futureSchema?: number;
}

/** A revocation by handle or by row id. */
export interface RevokeParams {
  readonly ids: readonly string[];
  readonly door: Door;
  readonly note?: string;
  /** Also end what shares the upstream, which the person has been told. */
  readonly force?: boolean;
}

export interface RevokeOutcome {
  readonly id: string;
  readonly outcome: 'revoked' | 'already_ended' | 'unknown';
  readonly level: RevocationLevel | null;
  readonly row: TaskRow | null;
}

export interface BrokerStatus {
  readonly pid: number;
  readonly version: string;
  readonly home: string;
  /** Live tasks and calls. */
  readonly live: number;
  readonly clients: number;
  readonly refusing: boolean;
  readonly startedAt: string;
}

/** What a server asks in the middle of a task; `params` as the server sent them, untrusted. */
export interface TaskQuestion {
  readonly key: string;
  /** `elicitation/create`, `sampling/createMessage` or `roots/list`. */
  readonly method: string;
  readonly params: unknown;
}

/** A tool result as the upstream sent it, in JSON text, or why there is none. */
export interface ResultAnswer {
  readonly row: TaskRow;
  readonly resultJson: string | null;
}

/** Every request of a control client: params and result by method. */
export interface BrokerRequests {
  /** A window says which workspace it shows and where that keeps its records. */
  'workspace/attach': {
    params: { workspace: string; name: string; storagePath: string | null };
    result: null;
  };
  /** Replaces what this client defined for the workspace before. In memory only: env is secret. */
  'routes/define': {
    params: { workspace: string | null; routes: readonly RouteDefinition[] };
    result: null;
  };
  /** Without `workspace`: every row of the user. */
  'tasks/list': { params: { workspace?: string | null }; result: { rows: TaskRow[] } };
  /** Archived tasks, newest end first; at most `limit`. */
  'tasks/older': {
    params: { limit: number; workspace?: string | null };
    result: { rows: TaskRow[] };
  };
  /** Archived tasks too; rejects with `handle_expired` when its ttl is over. */
  'tasks/get': { params: { id: string }; result: { row: TaskRow | null } };
  /** Answers when the task has ended or the time is over. */
  'tasks/wait': { params: { id: string; timeoutMs: number }; result: { row: TaskRow | null } };
  'tasks/result': { params: { id: string }; result: ResultAnswer | null };
  'tasks/revoke': { params: RevokeParams; result: { outcomes: RevokeOutcome[] } };
  /** What else would end if these were ended by force. */
  'tasks/revokePlan': { params: { ids: readonly string[] }; result: { alsoEnds: TaskRow[] } };
  'tasks/revokeAll': {
    params: { door: Door; note?: string };
    result: { outcomes: RevokeOutcome[] };
  };
  /**
   * More time for a live task: without `clock` for each that has warned, else for total; without
   * `byMs` as much as it had at first.
   */
  'tasks/extend': {
    params: { id: string; clock?: ClockName; byMs?: number };
    result: { row: TaskRow | null };
  };
  'tasks/questions': { params: { id: string }; result: { questions: TaskQuestion[] } };
  /**
   * The person's answer: a result of the question's method. Without `key` to the only one. What is
   * in it is never stored. Rejects with `invalid_message` naming what is wrong with it.
   */
  'tasks/answer': {
    params: { id: string; key?: string; response: object };
    result: { row: TaskRow | null };
  };
  /** Makes a call a task now. */
  'calls/handOff': { params: { id: string }; result: { handle: HandleId | null } };
  /**
   * From now on `tasks/changed` tells every change; answers the rows as they are, calls and live
   * tasks first. Where there are many, older ones follow by `tasks/changed`.
   */
  'tasks/watch': { params: Record<string, never>; result: { rows: TaskRow[] } };
  /** From now on `log/lines`; answers the last lines. */
  'log/watch': { params: Record<string, never>; result: { lines: LogLine[] } };
  /** From now on `notices/changed`; answers what there is to tell people. */
  'notices/watch': { params: Record<string, never>; result: { notices: Notice[] } };
  /** Rows of the audit trail, oldest first, a page at a time. */
  'audit/read': {
    params: { handle?: HandleId; afterSequence?: number; limit?: number };
    result: { rows: AuditRow[] };
  };
  /** Every fault in the trail's files. */
  'audit/verify': { params: Record<string, never>; result: { faults: AuditFault[] } };
  /**
   * Serves a route over HTTP for as long as this control link lives. Rejects with
   * `port_unavailable` or `unknown_route`.
   */
  'fronts/open': { params: FrontParams; result: { url: string; token: string } };
  /** Its sessions end; their calls become tasks. */
  'fronts/close': { params: { url: string }; result: null };
  'fronts/list': { params: Record<string, never>; result: { fronts: OpenFront[] } };
  'broker/status': { params: Record<string, never>; result: BrokerStatus };
  /** With `drain`: when nothing is live any more. */
  'broker/stop': { params: { drain: boolean }; result: null };
}

/** The two clocks of a task (P9). */
export type ClockName = 'total' | 'idle';

/** Something a person must hear of, such as damaged records. */
export interface Notice {
  /** ISO 8601. */
  readonly time: string;
  readonly level: 'warn' | 'error';
  readonly message: string;
}

export interface LogLine {
  readonly time: string;
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
}

/** What the broker tells watching clients. */
export interface BrokerNotifications {
  'tasks/changed': { rows: TaskRow[]; removed: string[] };
  'log/lines': { lines: LogLine[] };
  /** A live task has used 80 % of what its clock allows. */
  'tasks/warned': { row: TaskRow; clock: ClockName; limitMs: number; ranMs: number };
  'notices/changed': { notices: Notice[] };
}
