import { isHandleId } from '../../../registry/handleId.ts';
import type { TaskRecord } from '../../../registry/taskRecord.ts';
import type { ProxyContext } from '../../proxyContext.ts';
import { WireError, WireErrorCode } from '../../wire/jsonRpc.ts';

/** Unknown, malformed and expired ids get the same words: none tells whether a task ever was (P8). */
const UNKNOWN_TASK =
  'Task not found: there is no task with this `taskId`, or its time to live is over.';

/** The task that a `taskId` stands for, of whatever route and era; throws -32602 if there is none. */
export async function knownTask({ registry }: ProxyContext, taskId: unknown): Promise<TaskRecord> {
  const found = isHandleId(taskId) ? await registry.find(taskId) : null;
  if (found?.kind === 'task') return found.record;
  throw new WireError(WireErrorCode.invalidParams, UNKNOWN_TASK);
}
