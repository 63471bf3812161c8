import type {
  Door,
  Freed,
  HandleId,
  ReasonCode,
  RevocationLevel,
  TaskReason,
  TaskStatus,
} from './taskRecord.ts';

/** One of the clocks of a task, and how far it has run. */
export interface ClockView {
  limitMs: number;
  ranMs: number;
}

/**
 * What agents and terminals see of a task (`_meta["mcp-task-handles/task"]`, `--json`).
 * Times are ISO 8601; durations are ms; `ttlMs` is `null` while live, else elapsed + ttl.
 */
export interface TaskView {
  handle: HandleId;
  route: string;
  tool: string;
  status: TaskStatus;
  paused: boolean;
  /** Who paused it; only while it is paused. */
  pausedBy?: Door;
  /** Whether the upstream that does the work is in our hands. */
  attached: boolean;
  /** Only from a real total; whole, monotonic, never 100 before the end (P10). */
  percent?: number;
  message?: string;
  createdAt: string;
  lastUpdatedAt: string;
  elapsedMs: number;
  ttlMs: number | null;
  pollIntervalMs: number;
  /** The clocks that may end a live task (P9); `ranMs` as of this view. */
  deadlines?: { total?: ClockView; idle?: ClockView };
  /** From how long this tool took before; never a percent (P10). */
  estimate?: { totalMs: number; samples: number };
  /** What its server asks meanwhile, by key; texts are the server's. Only while `input_required`. */
  inputRequests?: { [key: string]: { method: string; params: unknown } };
  /** Ended, but its server has not said that it stopped, and may be at it still. */
  mayStillRun?: boolean;
  reason?: {
    code: ReasonCode;
    by: TaskReason['by'];
    level?: RevocationLevel;
    note?: string;
    /** What the ending gave back. */
    freed?: Freed;
  };
  error?: { code: number; message: string };
}
