import { isTerminal, type TaskRecord } from './taskRecord.ts';

/** Live first, oldest first; then finished, newest first. Ties by handle, so that order is stable. */
export function sortTasks(tasks: readonly TaskRecord[]): TaskRecord[] {
  return [...tasks].sort(compareTasks);
}

function compareTasks(a: TaskRecord, b: TaskRecord): number {
  const aLive = !isTerminal(a.status);
  const bLive = !isTerminal(b.status);
  if (aLive !== bLive) return aLive ? -1 : 1;
  const difference = aLive
    ? a.startedAtMs - b.startedAtMs
    : (b.endedAtMs ?? b.lastUpdatedAtMs) - (a.endedAtMs ?? a.lastUpdatedAtMs);
  return difference || (a.handle < b.handle ? -1 : 1);
}
