import type {
  HandleId,
  ReasonCode,
  RevocationLevel,
  TaskReason,
  TaskStatus,
} from './taskRecord.ts';

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
  reason?: { code: ReasonCode; by: TaskReason['by']; level?: RevocationLevel; note?: string };
  error?: { code: number; message: string };
}
