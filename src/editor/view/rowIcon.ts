import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { isLive, isPaused, percentOf, type SeenRow } from './rowFacts.ts';

/** A themed icon by name; without a colour it takes the text's. */
export interface IconName {
  readonly id: string;
  readonly color?: string;
}

const STEP = 5;

/** A still pie: the font has one for every 5 %, and one for an unknown total. */
export function pieOf(percent: number | undefined): string {
  if (percent === undefined) return 'mcp-task-unknown';
  const bounded = Math.min(100, Math.max(0, percent));
  return `mcp-task-p${Math.floor(bounded / STEP) * STEP}`;
}

/** Live rows have a pie; ended ones a codicon whose shape tells what its colour tells. */
export function iconOf({ row, isStale }: SeenRow): IconName {
  if (!isLive(row)) return endIcon(row);
  const id = pieOf(percentOf(row));
  if (isPaused(row)) return { id: 'debug-pause', color: 'disabledForeground' };
  if (isStale || !row.attached) return { id, color: 'disabledForeground' };
  if (row.status === 'input_required') return { id: 'bell-dot', color: 'charts.yellow' };
  return { id, color: 'progressBar.background' };
}

function endIcon(row: TaskRow): IconName {
  if (row.status === 'completed') {
    return row.isError
      ? { id: 'warning', color: 'charts.yellow' }
      : { id: 'pass', color: 'charts.green' };
  }
  if (row.mayStillRun) return { id: 'debug-disconnect', color: 'charts.yellow' };
  if (row.status === 'cancelled') return { id: 'circle-slash', color: 'disabledForeground' };
  return row.reason?.code === 'lost'
    ? { id: 'question', color: 'charts.yellow' }
    : { id: 'error', color: 'charts.red' };
}
