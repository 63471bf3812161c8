import { isDeepStrictEqual } from 'node:util';
import { isHandleId } from '../../registry/handleId.ts';
import { toTaskView } from '../../registry/projection.ts';
import { isTerminal, type TaskRecord } from '../../registry/taskRecord.ts';
import type { TaskView } from '../../registry/taskView.ts';
import { waitForEnd } from '../../registry/waiting.ts';
import type { ProxyContext } from '../proxyContext.ts';
import { META_TASK } from '../wire/mcpNames.ts';
import { withMeta } from '../wire/resultText.ts';
import { errorAnswer, type ToolAnswer } from './answers.ts';
import { endedSentence, pastSentence, UNKNOWN_HANDLE } from './sentences.ts';

/** What stands in the place of a result that is on record and not on disk. */
export const UNREADABLE = 'The task has completed, but its result cannot be read.';

/** A request that waits for a task. */
export interface TaskWaiter {
  readonly waitMs: number;
  /** The request's own progress token as JSON text; `null` when it wants no progress. */
  readonly tokenText: string | null;
  readonly signal: AbortSignal;
  /** Sends a notification line to the host. */
  readonly notify: (line: string) => void;
}

/** The task that a handle stands for, archived or not; else the sentence that says why none. */
export async function findTask(
  { registry }: ProxyContext,
  handle: unknown,
): Promise<TaskRecord | string> {
  if (!isHandleId(handle)) return UNKNOWN_HANDLE;
  const found = await registry.find(handle);
  if (found.kind === 'task') return found.record;
  return found.kind === 'unknown' ? UNKNOWN_HANDLE : pastSentence(handle, found.kind);
}

/** Waits as `waitForEnd` does; meanwhile the task's progress goes on under the request's token. */
export async function waitForTask(
  { registry, clock }: ProxyContext,
  task: TaskRecord,
  waiter: TaskWaiter,
): Promise<TaskRecord> {
  if (isTerminal(task.status)) return task;
  const { handle } = task;
  let told = task.progress;
  const tell = (record: TaskRecord) => {
    told = record.progress;
    sendProgress(record, waiter);
  };
  const progress = registry.onDidTickOf(handle)(tell);
  try {
    const { waitMs, signal } = waiter;
    const record = await waitForEnd(registry, handle, { waitMs, clock, signal });
    // What came shortly before the end is told by no tick any more (P10).
    const isLate = isTerminal(record.status) && !isDeepStrictEqual(record.progress, told);
    if (isLate && !signal.aborted) tell(record);
    return record;
  } finally {
    progress.dispose();
  }
}

/** The upstream's own result, verbatim but for our `_meta` key; or why there is none. */
export async function endedAnswer(
  context: ProxyContext,
  record: TaskRecord,
  signal: AbortSignal,
): Promise<ToolAnswer | string> {
  const view = viewOf(context, record);
  if (record.status !== 'completed') return errorAnswer(endedSentence(view), view);
  const resultJson = await collectResult(context, record, signal);
  if (resultJson === null) return errorAnswer(UNREADABLE, view);
  return withMeta(resultJson, META_TASK, view);
}

/** The kept result as JSON text, noted as collected unless nobody waits for it any more. */
export async function collectResult(
  { registry, log }: ProxyContext,
  { handle }: TaskRecord,
  signal: AbortSignal,
): Promise<string | null> {
  const resultJson = await registry.readResult(handle);
  const isArchived = registry.get(handle) === undefined;
  if (resultJson !== null && !signal.aborted && !isArchived) {
    registry.apply(handle, { type: 'collected' }).catch((error: unknown) => {
      log.write('warn', `That ${handle} was collected is not recorded.`, error);
    });
  }
  return resultJson;
}

/** The task as an agent sees it now. */
export function viewOf(
  { clock, calls, outlook, questions, unended }: ProxyContext,
  record: TaskRecord,
): TaskView {
  const attached = calls.ofHandle(record.handle)?.isAttached === true;
  return toTaskView(record, {
    now: clock.now(),
    attached,
    outlook: outlook(record),
    inputRequests: questions.viewOf(record.handle),
    mayStillRun: unended.has(record.handle),
  });
}

/** The task's own progress, under a request's own token. */
export function sendProgress(
  record: TaskRecord,
  { tokenText, notify }: Pick<TaskWaiter, 'tokenText' | 'notify'>,
): void {
  if (tokenText === null || record.progress === null) return;
  const { progress, total, message } = record.progress;
  const rest = JSON.stringify({
    progress,
    ...(total === null ? {} : { total }),
    ...(message === null ? {} : { message }),
  }).slice(1);
  notify(
    `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${tokenText},${rest}}`,
  );
}
