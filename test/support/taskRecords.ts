import { newHandleId } from '../../src/registry/handleId.ts';
import type { TaskDraft } from '../../src/registry/taskDraft.ts';
import { NO_DEADLINES, SCHEMA_VERSION, type TaskRecord } from '../../src/registry/taskRecord.ts';

const START_MS = Date.UTC(2026, 0, 1);

/** What a call is handed off with. */
export function aDraft(members: Partial<TaskDraft> = {}): TaskDraft {
  return {
    route: 'everything',
    workspace: 'abcdef0123456789',
    tool: 'build',
    argument: 'npm run build',
    argumentsHash: '0'.repeat(64),
    progress: null,
    startedAtMs: START_MS,
    ttlMs: 86_400_000,
    pollIntervalMs: 5_000,
    client: { name: 'host', version: '1', conversationId: null },
    idempotencyKeyHash: null,
    deadlines: NO_DEADLINES,
    upstream: { pid: 4711, startTime: '1', bootId: 'b' },
    remote: null,
    ...members,
  };
}

/** A live task of a second's age; members stand in place of the usual ones. */
export function aTask(members: Partial<TaskRecord> = {}): TaskRecord {
  return {
    schemaVersion: SCHEMA_VERSION,
    handle: newHandleId(),
    ...aDraft(),
    status: 'working',
    paused: false,
    createdAtMs: START_MS,
    lastUpdatedAtMs: START_MS + 1_000,
    endedAtMs: null,
    reason: null,
    error: null,
    hasResult: false,
    isError: false,
    hasLateResult: false,
    collectedAtMs: null,
    revision: 3,
    ...members,
  };
}
