import type { RoutePolicy } from '../registry/policy.ts';
import type { Door, HandleId, RevocationLevel } from '../registry/taskRecord.ts';
import type { TaskView } from '../registry/taskView.ts';
import type { AdminLocks } from './adminLocks.ts';
import type { WorkRefusal } from './workRefusal.ts';

export type {
  HandOff,
  Isolation,
  LimitSettings,
  NativeTasks,
  PolicySettings,
  RoutePolicy,
} from '../registry/policy.ts';
export type { BrokerNotifications, BrokerRequests } from './brokerRequests.ts';

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

/** What kind of program controls the broker; one that is not known counts as a terminal. */
export type ControlClientKind = 'editor' | 'terminal' | 'supervisor';

export interface ControlHello extends HelloBase {
  readonly role: 'control';
  readonly client: ControlClientKind;
  /** For whom a supervisor speaks, as that program said; goes into the audit trail as claimed. */
  readonly onBehalfOf?: { readonly name: string; readonly version: string };
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
  /** Whether its processes can be stopped and let go on (P9). */
  readonly canPause: boolean;
  /** Ended, but its server was asked to stop and has not said that it did: it may be at it still. */
  readonly mayStillRun: boolean;
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
  /** Whether any new work is refused. */
  readonly refusing: boolean;
  readonly refusals: readonly WorkRefusal[];
  /** What an administrator has locked; absent from a broker that knows of no locks. */
  readonly locks?: AdminLocks;
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
