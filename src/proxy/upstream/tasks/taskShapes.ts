import { isJsonObject, numberOr, stringOr } from '../../../common/json.ts';
import { isTerminal, type TaskStatus } from '../../../registry/taskRecord.ts';

const DEFAULT_POLL_MS = 2_000;
const MIN_POLL_MS = 250;
const MAX_POLL_MS = 60_000;

/** A server's task as it told it last. */
export interface UpstreamTask {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly message: string | null;
  readonly updatedAt: string | null;
  readonly pollMs: number;
}

const STATUSES: readonly unknown[] = [
  'working',
  'input_required',
  'completed',
  'failed',
  'cancelled',
] satisfies TaskStatus[];

function isStatus(value: unknown): value is TaskStatus {
  return STATUSES.includes(value);
}

/** A task of either generation; `null` without an id. What is no status counts as `working`. */
export function readTask(value: unknown): UpstreamTask | null {
  if (!isJsonObject(value) || typeof value.taskId !== 'string' || value.taskId === '') return null;
  return {
    taskId: value.taskId,
    status: isStatus(value.status) ? value.status : 'working',
    message: stringOr(value.statusMessage, null),
    updatedAt: stringOr(value.lastUpdatedAt, null),
    pollMs: pollMsOf(value.pollIntervalMs ?? value.pollInterval),
  };
}

/** The server's own interval within bounds: neither is it flooded, nor do people wait long. */
function pollMsOf(value: unknown): number {
  return Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, numberOr(value, DEFAULT_POLL_MS)));
}

/** Why a call ends as `lost`. */
export const FORGOTTEN =
  'The server no longer knows the task of this call, so its outcome is unknown; check what it did before you call the tool again.';

/** A task that goes on after its cancel is followed no longer than this. */
export const CANCEL_LIMIT_MS = 3_600_000;
/** Input that nobody gives is waited for no longer than this. */
export const ASKING_LIMIT_MS = 86_400_000;
/** Why a call ends whose task was cancelled and goes on, or asks and is not answered. */
export const NEVER_ENDED = 'The server has not ended the task, and nobody waits for it any more.';

/** What an ended task without a result of its own is answered with. */
export function endText(task: UpstreamTask): string {
  const said = task.message === null ? '' : `: ${task.message}`;
  if (task.status === 'cancelled') return `The server has cancelled the task${said}`;
  if (task.status === 'failed') return `The task failed on the server${said}`;
  return `The server says that the task is completed, but never gave its result${said}`;
}

/** Whether this is an end, of which nothing can be taken back. */
export function isEnd(task: UpstreamTask): boolean {
  return isTerminal(task.status);
}
