import type { TaskProgress, TaskRecord } from './taskRecord.ts';

/**
 * The progress to show after `next` (P10): what people see never goes back, a total that was real
 * stays, and a message is taken even from an event whose numbers are not.
 */
export function foldProgress(last: TaskProgress | null, next: TaskProgress): TaskProgress {
  if (last === null) return sane(next);
  const message = next.message ?? last.message;
  const numbers = sane({ ...next, total: next.total ?? last.total });
  const isForward = isBehind(last, numbers);
  return isForward ? { ...numbers, message } : { ...last, message };
}

/** Whole percent, only from a real total: 0..99 before the end, 100 only when completed (P10). */
export function percentOf(record: Pick<TaskRecord, 'status' | 'progress'>): number | undefined {
  const percent = percentIn(record.progress);
  if (percent === undefined) return undefined;
  return record.status === 'completed' ? 100 : percent;
}

function percentIn(progress: TaskProgress | null): number | undefined {
  if (progress === null || !isRealTotal(progress.total)) return undefined;
  const percent = Math.floor((progress.progress / progress.total) * 100);
  return Math.min(99, Math.max(0, percent));
}

function isBehind(last: TaskProgress, next: TaskProgress): boolean {
  const lastPercent = percentIn(last);
  const nextPercent = percentIn(next);
  if (nextPercent === undefined) return next.progress >= last.progress;
  if (lastPercent === undefined) return true;
  if (nextPercent !== lastPercent) return nextPercent > lastPercent;
  return next.progress >= last.progress;
}

function sane(progress: TaskProgress): TaskProgress {
  return {
    progress: Number.isFinite(progress.progress) ? progress.progress : 0,
    total: isRealTotal(progress.total) ? progress.total : null,
    message: progress.message,
  };
}

function isRealTotal(total: number | null): total is number {
  return total !== null && Number.isFinite(total) && total > 0;
}
