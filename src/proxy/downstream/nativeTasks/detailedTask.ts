import type { TaskRecord } from '../../../registry/taskRecord.ts';
import type { TaskView } from '../../../registry/taskView.ts';
import type { ProxyContext } from '../../proxyContext.ts';
import { withoutMeta, withResultType } from '../../wire/resultText.ts';
import { META_RELATED_TASK } from '../../wire/taskNames.ts';
import { errorAnswer } from '../answers.ts';
import { collectResult, UNREADABLE, viewOf } from '../taskAnswers.ts';
import { failureOf, modernTask } from './taskShapes.ts';

/**
 * `DetailedTask` of the extension as JSON text: the task, what it asks meanwhile, and with its end
 * its result or error. A result says `resultType` even there: clients refuse it without (protocol.md 1.4).
 */
export async function detailedTask(
  context: ProxyContext,
  record: TaskRecord,
  signal: AbortSignal,
): Promise<string> {
  const view = viewOf(context, record);
  const task = JSON.stringify(modernTask(view));
  const detail = await detailOf(context, { record, view }, signal);
  return detail === null ? task : `${task.slice(0, -1)},${detail}}`;
}

/** The result of an ended task as JSON text, without the name its server had for the task. */
export async function keptResult(
  context: ProxyContext,
  record: TaskRecord,
  signal: AbortSignal,
): Promise<string> {
  const resultJson = await collectResult(context, record, signal);
  if (resultJson === null) return JSON.stringify(errorAnswer(UNREADABLE));
  return withoutMeta(resultJson, META_RELATED_TASK);
}

async function detailOf(
  context: ProxyContext,
  { record, view }: { readonly record: TaskRecord; readonly view: TaskView },
  signal: AbortSignal,
): Promise<string | null> {
  switch (record.status) {
    case 'input_required':
      return `"inputRequests":${JSON.stringify(view.inputRequests ?? {})}`;
    case 'completed':
      return `"result":${withResultType(await keptResult(context, record, signal))}`;
    case 'failed':
      return `"error":${JSON.stringify(failureOf(record, view))}`;
    default:
      return null;
  }
}
