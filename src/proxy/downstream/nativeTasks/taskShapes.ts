import type { TaskRecord, TaskStatus } from '../../../registry/taskRecord.ts';
import type { TaskView } from '../../../registry/taskView.ts';
import { WireErrorCode } from '../../wire/jsonRpc.ts';
import { endedSentence, statusMessageOf } from '../sentences.ts';

/** What both generations of MCP's tasks say alike. Times are ISO 8601. */
interface AnyTask {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly statusMessage?: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
}

/** `Task` of 2025-11-25. Durations are whole ms; `ttl` counts from the creation, `null`: no end. */
export interface LegacyTask extends AnyTask {
  readonly ttl: number | null;
  readonly pollInterval: number;
}

/** `Task` of the extension (SEP-2663). Durations are whole ms; `ttlMs` counts as `ttl` does. */
export interface ModernTask extends AnyTask {
  readonly ttlMs: number | null;
  readonly pollIntervalMs: number;
}

/** A JSON-RPC error, ready to be printed. */
export interface TaskFailure {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/**
 * A task for clients of 2025-11-25. A result with `isError` is `completed`, because clients drop the
 * payload of a failed task (microsoft/vscode#335229), unless the letter of the law is asked for.
 */
export function legacyTask(
  view: TaskView,
  { isFailed }: { readonly isFailed: boolean },
): LegacyTask {
  const { status, ...rest } = anyTask(view);
  return {
    ...rest,
    status: isFailed ? 'failed' : status,
    ttl: view.ttlMs === null ? null : Math.round(view.ttlMs),
    pollInterval: Math.round(view.pollIntervalMs),
  };
}

/** Whether 2025-11-25 calls the task failed although it has a result. */
export function hasErrorResult({ status, isError }: TaskRecord): boolean {
  return status === 'completed' && isError;
}

/** A task for clients of the extension, without what only its end brings. */
export function modernTask(view: TaskView): ModernTask {
  return {
    ...anyTask(view),
    ttlMs: view.ttlMs === null ? null : Math.round(view.ttlMs),
    pollIntervalMs: Math.round(view.pollIntervalMs),
  };
}

/** Why an ended task has no result: the server's own error, else ours with the local code. */
export function failureOf({ error, reason }: TaskRecord, view: TaskView): TaskFailure {
  if (error === null) {
    const data = { code: reason?.code ?? 'internal' };
    return { code: WireErrorCode.internalError, message: endedSentence(view), data };
  }
  const { code, message, dataJson } = error;
  return { code, message, ...(dataJson === null ? {} : { data: JSON.parse(dataJson) }) };
}

function anyTask(view: TaskView): AnyTask {
  const { handle, status, createdAt, lastUpdatedAt } = view;
  const statusMessage = statusMessageOf(view);
  return {
    taskId: handle,
    status,
    ...(statusMessage === undefined ? {} : { statusMessage }),
    createdAt,
    lastUpdatedAt,
  };
}
