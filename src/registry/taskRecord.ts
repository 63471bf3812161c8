/** A handle: `th_` + 128 random bits in lower-case base32 (26 characters). It is the capability. */
export type HandleId = `th_${string}`;

/** MCP's task statuses. The last three are terminal and never change (P3). */
export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

/** The way a request came in; recorded as claimed (P8). */
export type Door = 'agent' | 'user' | 'supervisor' | 'admin' | 'policy';

/** How far the revocation ladder had to go. `none`: nothing was left to stop. */
export type RevocationLevel = 'none' | 'cooperative' | 'descendants' | 'terminated' | 'killed';

/** What an ending gave back: processes that are gone, and the memory they held (resident, bytes). */
export interface Freed {
  readonly processes: number;
  /** `null` where the platform does not tell. */
  readonly memoryBytes: number | null;
}

/** Why a task has no result of its own; `lost` means that the outcome is unknown. */
export type ReasonCode =
  | 'revoked'
  | 'cancelled'
  | 'idle_timeout'
  | 'total_timeout'
  | 'lost'
  | 'upstream_exit'
  | 'rpc_error';

/** Why a task ended otherwise than by its own result. */
export interface TaskReason {
  readonly code: ReasonCode;
  readonly by: Door | 'broker' | 'upstream';
  readonly level: RevocationLevel | null;
  readonly note: string | null;
  /** What the ending freed; absent where nothing was ended, or not yet. */
  readonly freed?: Freed | undefined;
}

/** The last progress event as the upstream sent it. */
export interface TaskProgress {
  readonly progress: number;
  readonly total: number | null;
  readonly message: string | null;
}

/** A JSON-RPC error of the upstream; `data` is kept as JSON text. */
export interface TaskError {
  readonly code: number;
  readonly message: string;
  readonly dataJson: string | null;
}

/** Who called, as claimed in its `initialize` and `_meta`. */
export interface ClientFacts {
  readonly name: string;
  readonly version: string;
  readonly conversationId: string | null;
}

/** The two clocks of a task (P9). Limits in ms, `null`: none. `ranMs` leaves out pause and sleep. */
export interface TaskDeadlines {
  readonly totalTimeoutMs: number | null;
  readonly idleTimeoutMs: number | null;
  /** How long the task has run, as of the last durable change. */
  readonly ranMs: number;
  /** How long the work may take to be found again after a restart; absent: as by default. */
  readonly reattachTimeoutMs?: number | undefined;
}

/** The process that does the work: identity is pid + start time, never the pid alone (P5). */
export interface UpstreamFacts {
  readonly pid: number;
  readonly startTime: string | null;
  readonly bootId: string | null;
}

/**
 * How to find the work of a call again when its connection is gone (P5): by the upstream's own task
 * id, or by session, request and last event id (Streamable HTTP, 2025-11-25, resumability).
 */
export interface RemoteWork {
  readonly era: 'legacy' | 'modern';
  /** `null` when it may hold a secret: then its route must tell it once more. */
  readonly url: string | null;
  readonly sessionId: string | null;
  readonly protocolVersion: string;
  readonly taskId: string | null;
  /** The JSON-RPC id under which the server knows the call. */
  readonly requestId: number | null;
  readonly lastEventId: string | null;
}

/**
 * The durable record of one task. Times are wall-clock ms. `null` stands for absent, because the
 * store drops `undefined`; keys hold neither `$` nor `.` (NeDB refuses them).
 */
export interface TaskRecord {
  readonly schemaVersion: 3;
  readonly handle: HandleId;
  readonly route: string;
  /** Identity of the workspace; `null` for callers without one. */
  readonly workspace: string | null;
  readonly tool: string;
  /** The telling argument, redacted and shortened, for people. */
  readonly argument: string;
  /** SHA-256 of the canonical arguments; the arguments themselves are not kept. */
  readonly argumentsHash: string;
  readonly status: TaskStatus;
  /** Its processes stand still, and its clocks with them (P9). */
  readonly paused: boolean;
  /** Who paused it, as long as it is paused. */
  readonly pausedBy?: Door | undefined;
  readonly progress: TaskProgress | null;
  /** When the call came in. */
  readonly startedAtMs: number;
  /** When the handle was made. */
  readonly createdAtMs: number;
  readonly lastUpdatedAtMs: number;
  readonly endedAtMs: number | null;
  /** How long the result is kept after the end. */
  readonly ttlMs: number;
  readonly pollIntervalMs: number;
  readonly reason: TaskReason | null;
  readonly error: TaskError | null;
  readonly hasResult: boolean;
  readonly isError: boolean;
  /** A result came after the task had been cancelled; it is kept and never delivered as success. */
  readonly hasLateResult: boolean;
  readonly collectedAtMs: number | null;
  readonly client: ClientFacts;
  /** SHA-256 of the caller's idempotency key; `null` when it gave none (P2). */
  readonly idempotencyKeyHash: string | null;
  readonly deadlines: TaskDeadlines;
  readonly upstream: UpstreamFacts | null;
  /** Where the work goes on without us; `null` when it ends with its process. */
  readonly remote: RemoteWork | null;
  /** Rises by one with every durable change. */
  readonly revision: number;
}

const TERMINAL: ReadonlySet<TaskStatus> = new Set(['completed', 'failed', 'cancelled']);

/** Whether a status is final: the one list of terminal statuses in the project. */
export function isTerminal(status: TaskStatus): boolean {
  return TERMINAL.has(status);
}

/** The schema that this version writes. */
export const SCHEMA_VERSION = 3;

/** What a record has that knows of no limits: one from before there were any. */
export const NO_DEADLINES: TaskDeadlines = {
  totalTimeoutMs: null,
  idleTimeoutMs: null,
  ranMs: 0,
};
