import type { Outlook } from './outlook.ts';
import { percentOf } from './progress.ts';
import type { TaskReason, TaskRecord } from './taskRecord.ts';
import type { TaskView } from './taskView.ts';

/** What a view shows that is not in the record. */
export interface ViewFacts {
  readonly now: number;
  readonly attached: boolean;
  readonly outlook?: Outlook;
  readonly inputRequests?: TaskView['inputRequests'] | undefined;
  readonly mayStillRun?: boolean;
}

/** What of a task goes out: the record as agents and terminals see it at `now`. */
export function toTaskView(
  record: TaskRecord,
  { now, attached, outlook, inputRequests, mayStillRun }: ViewFacts,
): TaskView {
  const percent = percentOf(record);
  const message = record.progress?.message;
  return {
    handle: record.handle,
    route: record.route,
    tool: record.tool,
    status: record.status,
    paused: record.paused,
    ...(record.paused && record.pausedBy !== undefined && { pausedBy: record.pausedBy }),
    attached,
    ...(percent === undefined ? {} : { percent }),
    ...(message ? { message } : {}),
    createdAt: toIsoTime(record.createdAtMs),
    lastUpdatedAt: toIsoTime(record.lastUpdatedAtMs),
    elapsedMs: Math.max(0, (record.endedAtMs ?? now) - record.startedAtMs),
    ttlMs: ttlFromCreation(record),
    pollIntervalMs: record.pollIntervalMs,
    ...outlook,
    ...(inputRequests === undefined ? {} : { inputRequests }),
    ...(mayStillRun === true && { mayStillRun }),
    ...(record.reason ? { reason: toReasonView(record.reason) } : {}),
    ...(record.error ? { error: { code: record.error.code, message: record.error.message } } : {}),
  };
}

/** MCP counts a ttl from the creation, we keep a result from the end: unknown while live. */
function ttlFromCreation(record: TaskRecord): number | null {
  if (record.endedAtMs === null) return null;
  return Math.max(0, record.endedAtMs - record.createdAtMs) + record.ttlMs;
}

function toReasonView(reason: TaskReason): NonNullable<TaskView['reason']> {
  const { code, by, level, note, freed } = reason;
  return {
    code,
    by,
    ...(level === null ? {} : { level }),
    ...(note === null ? {} : { note }),
    ...(freed === undefined ? {} : { freed }),
  };
}

function toIsoTime(ms: number): string {
  return new Date(ms).toISOString();
}
