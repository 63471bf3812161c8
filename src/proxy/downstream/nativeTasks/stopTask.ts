import { isTerminal, type TaskRecord } from '../../../registry/taskRecord.ts';
import type { ProxyContext } from '../../proxyContext.ts';

/** `tasks/cancel` is a revocation by an agent. Resolves with the task as it has ended. */
export async function stopTask(context: ProxyContext, task: TaskRecord): Promise<TaskRecord> {
  const { handle, status } = task;
  if (isTerminal(status)) return task;
  await context.revoke({ handle, door: 'agent', note: null });
  return context.registry.get(handle) ?? task;
}
