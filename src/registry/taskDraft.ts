import { newHandleId } from './handleId.ts';
import { SCHEMA_VERSION, type TaskRecord } from './taskRecord.ts';

/** What is known of a call at its hand-off; the registry adds the rest. */
export type TaskDraft = Pick<
  TaskRecord,
  | 'route'
  | 'workspace'
  | 'tool'
  | 'argument'
  | 'argumentsHash'
  | 'progress'
  | 'startedAtMs'
  | 'ttlMs'
  | 'pollIntervalMs'
  | 'client'
  | 'idempotencyKeyHash'
  | 'deadlines'
  | 'upstream'
  | 'remote'
>;

/** The first record of a task, with a fresh handle. Members that are not of a draft are dropped. */
export function newTaskRecord(draft: TaskDraft, nowMs: number): TaskRecord {
  return {
    schemaVersion: SCHEMA_VERSION,
    handle: newHandleId(),
    route: draft.route,
    workspace: draft.workspace,
    tool: draft.tool,
    argument: draft.argument,
    argumentsHash: draft.argumentsHash,
    status: 'working',
    paused: false,
    progress: draft.progress,
    startedAtMs: draft.startedAtMs,
    createdAtMs: nowMs,
    lastUpdatedAtMs: nowMs,
    endedAtMs: null,
    ttlMs: draft.ttlMs,
    pollIntervalMs: draft.pollIntervalMs,
    reason: null,
    error: null,
    hasResult: false,
    isError: false,
    hasLateResult: false,
    collectedAtMs: null,
    client: draft.client,
    idempotencyKeyHash: draft.idempotencyKeyHash,
    deadlines: draft.deadlines,
    upstream: draft.upstream,
    remote: draft.remote,
    revision: 1,
  };
}
