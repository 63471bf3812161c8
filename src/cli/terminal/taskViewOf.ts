import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import type { HandleId } from '../../registry/taskRecord.ts';
import type { TaskView } from '../../registry/taskView.ts';

/** A row that stands for a task; calls before their hand-off have no handle. */
export type TaskRowWithHandle = TaskRow & { readonly handle: HandleId };

export function hasHandle(row: TaskRow): row is TaskRowWithHandle {
  return row.handle !== null;
}

/** What `--json` prints: the view that agents get, without what rows carry for people. */
export function taskViewOf(row: TaskRowWithHandle): TaskView {
  const { pausedBy, percent, message, deadlines, estimate, mayStillRun, reason, error } = row;
  return {
    handle: row.handle,
    route: row.route,
    tool: row.tool,
    status: row.status,
    paused: row.paused,
    ...(pausedBy === undefined ? {} : { pausedBy }),
    attached: row.attached,
    ...(percent === undefined ? {} : { percent }),
    ...(message === undefined ? {} : { message }),
    createdAt: row.createdAt,
    lastUpdatedAt: row.lastUpdatedAt,
    elapsedMs: row.elapsedMs,
    ttlMs: row.ttlMs,
    pollIntervalMs: row.pollIntervalMs,
    ...(deadlines === undefined ? {} : { deadlines }),
    ...(estimate === undefined ? {} : { estimate }),
    ...(mayStillRun ? { mayStillRun } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
}
