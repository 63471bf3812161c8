import type { Registry } from '../../../registry/registry.ts';
import { isTerminal, type TaskRecord } from '../../../registry/taskRecord.ts';

/**
 * Resolves with a task when it has ended, or as it is when the signal aborts. Costs nothing
 * meanwhile (P11).
 */
export function untilEnded(
  registry: Registry,
  task: TaskRecord,
  signal: AbortSignal,
): Promise<TaskRecord> {
  if (isTerminal(task.status) || signal.aborted) return Promise.resolve(task);
  return new Promise((resolve) => {
    const end = (record: TaskRecord) => {
      changes.dispose();
      signal.removeEventListener('abort', stop);
      resolve(record);
    };
    const stop = () => end(task);
    const changes = registry.onDidChangeOf(task.handle)((record) => {
      if (isTerminal(record.status)) end(record);
    });
    signal.addEventListener('abort', stop);
  });
}
