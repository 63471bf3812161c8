// Not `zod`: esbuild forgets to run it when a module that is loaded later uses `zod/v4`, too.
import * as z from 'zod/v4';
import { isJsonObject, stringOr } from '../common/json.ts';
import { isHandleId } from './handleId.ts';
import { migrateRecord, schemaVersionOf } from './recordMigrations.ts';
import { type HandleId, SCHEMA_VERSION, type TaskRecord, type TaskStatus } from './taskRecord.ts';

/** The largest time a JavaScript date can hold. */
const time = z.number().min(0).max(8.64e15);
const duration = z.number().min(0);
const status = z.enum(['working', 'input_required', 'completed', 'failed', 'cancelled']);
const textOrNull = z.string().nullable();
const door = z.enum(['agent', 'user', 'supervisor', 'admin', 'policy']);

const reason = z.object({
  code: z.enum([
    'revoked',
    'cancelled',
    'idle_timeout',
    'total_timeout',
    'lost',
    'upstream_exit',
    'rpc_error',
  ]),
  by: z.union([door, z.enum(['broker', 'upstream'])]),
  level: z.enum(['none', 'cooperative', 'descendants', 'terminated', 'killed']).nullable(),
  note: textOrNull,
  freed: z.object({ processes: z.number(), memoryBytes: z.number().nullable() }).optional(),
});

const taskRecord = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  handle: z.custom<HandleId>(isHandleId, 'not a handle'),
  route: z.string(),
  workspace: textOrNull,
  tool: z.string(),
  argument: z.string(),
  argumentsHash: z.string(),
  status,
  paused: z.boolean(),
  pausedBy: door.optional(),
  progress: z
    .object({ progress: z.number(), total: z.number().nullable(), message: textOrNull })
    .nullable(),
  startedAtMs: time,
  createdAtMs: time,
  lastUpdatedAtMs: time,
  endedAtMs: time.nullable(),
  ttlMs: duration,
  pollIntervalMs: duration,
  reason: reason.nullable(),
  error: z.object({ code: z.number(), message: z.string(), dataJson: textOrNull }).nullable(),
  hasResult: z.boolean(),
  isError: z.boolean(),
  hasLateResult: z.boolean(),
  collectedAtMs: time.nullable(),
  client: z.object({ name: z.string(), version: z.string(), conversationId: textOrNull }),
  idempotencyKeyHash: textOrNull,
  deadlines: z.object({
    totalTimeoutMs: duration.nullable(),
    idleTimeoutMs: duration.nullable(),
    ranMs: duration,
    reattachTimeoutMs: duration.optional(),
  }),
  upstream: z.object({ pid: z.number(), startTime: textOrNull, bootId: textOrNull }).nullable(),
  remote: z
    .object({
      era: z.enum(['legacy', 'modern']),
      url: textOrNull,
      sessionId: textOrNull,
      protocolVersion: z.string(),
      taskId: textOrNull,
      requestId: z.number().nullable(),
      lastEventId: textOrNull,
    })
    .nullable(),
  revision: z.number().int().min(0),
}) satisfies z.ZodType<TaskRecord>;

/**
 * What a stored value turned out to be. `problem` is one line for the log, without contents;
 * `future`: a newer version of us wrote it, so it is kept as it is and nothing is decided about it.
 */
export type ParsedTaskRecord =
  | { readonly ok: true; readonly record: TaskRecord }
  | { readonly ok: false; readonly problem: string; readonly future?: FutureRecord };

/** What may be told of a record that a newer version wrote. */
export interface FutureRecord {
  readonly handle: HandleId;
  readonly schemaVersion: number;
  readonly workspace: string | null;
  readonly route: string;
  readonly tool: string;
  /** `null` where it is a status that we do not know. */
  readonly status: TaskStatus | null;
  readonly createdAtMs: number;
}

/** Reads a record that comes from disk; whatever is wrong with it is told, never thrown. */
export function parseTaskRecord(value: unknown): ParsedTaskRecord {
  const future = futureOf(value);
  if (future !== null) {
    const problem = `schemaVersion: ${future.schemaVersion} is newer than ${SCHEMA_VERSION}`;
    return { ok: false, problem, future };
  }
  const parsed = taskRecord.safeParse(migrateRecord(value));
  if (parsed.success) return { ok: true, record: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') || 'record';
  return { ok: false, problem: `${where}: ${issue?.message ?? 'not readable'}` };
}

function futureOf(value: unknown): FutureRecord | null {
  if (!isJsonObject(value)) return null;
  const schemaVersion = schemaVersionOf(value);
  const { handle, workspace } = value;
  if (schemaVersion <= SCHEMA_VERSION || !isHandleId(handle)) return null;
  return {
    handle,
    schemaVersion,
    workspace: stringOr(workspace, null),
    route: stringOr(value.route, ''),
    tool: stringOr(value.tool, ''),
    status: status.safeParse(value.status).data ?? null,
    createdAtMs: time.safeParse(value.createdAtMs).data ?? 0,
  };
}
