import { isTerminal, type TaskRecord } from './taskRecord.ts';

/**
 * Whether the work of a live task may go on without us, and be found again (P5): by its own id, or
 * by the stream of its request, which a session of 2025-11-25 can resume.
 */
export function isFindable({ status, remote }: Pick<TaskRecord, 'status' | 'remote'>): boolean {
  if (isTerminal(status) || remote === null) return false;
  if (remote.taskId !== null) return true;
  return remote.sessionId !== null && remote.requestId !== null && remote.lastEventId !== null;
}
