import type { Deadlines } from './deadlines.ts';
import type { Durations } from './durations.ts';
import { percentOf } from './progress.ts';
import { isTerminal, type TaskRecord } from './taskRecord.ts';
import type { TaskView } from './taskView.ts';

/** What a live task's view tells beside its record: how long it may, and may well, go on. */
export type Outlook = Pick<TaskView, 'deadlines' | 'estimate'>;

/** Tells the outlook of a task as of now; of one that has ended nothing. */
export type OutlookOf = (record: TaskRecord) => Outlook;

/** From the clocks (P9), and from history where the task itself tells no total (P10). */
export function outlookOf(
  deadlines: Pick<Deadlines, 'stateOf'>,
  durations: Pick<Durations, 'estimateOf'>,
): OutlookOf {
  return (record) => {
    if (isTerminal(record.status)) return {};
    const { total, idle } = deadlines.stateOf(record.handle);
    const clocks = { ...(total && { total: shown(total) }), ...(idle && { idle: shown(idle) }) };
    const isGuess = percentOf(record) === undefined;
    const estimate = isGuess ? durations.estimateOf(record.route, record.tool) : undefined;
    return {
      ...(Object.keys(clocks).length > 0 && { deadlines: clocks }),
      ...(estimate !== undefined && { estimate }),
    };
  };
}

function shown({ limitMs, ranMs }: { limitMs: number; ranMs: number }) {
  return { limitMs, ranMs };
}
