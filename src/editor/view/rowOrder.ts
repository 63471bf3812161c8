import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { endedAtOf, isLive } from './rowFacts.ts';

/** The rows of the tree by id, in the order they are drawn. */
export interface TreeShape {
  readonly live: readonly string[];
  readonly finished: readonly string[];
  /** Finished long before the others: in a group that is closed. */
  readonly older: readonly string[];
  /** Rows of other windows: in a group that is closed. */
  readonly others: readonly string[];
}

/** How many finished rows are drawn at once: every child of an open node goes over the wire. */
export const FINISHED_SHOWN = 50;

/** By start; a live row keeps its place until it ends. */
export function newestFirst(a: TaskRow, b: TaskRow): number {
  return Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.id < b.id ? -1 : 1);
}

function latestEndFirst(a: TaskRow, b: TaskRow): number {
  return endedAtOf(b) - endedAtOf(a) || newestFirst(a, b);
}

export function shapeOf(
  rows: readonly TaskRow[],
  isOurs: (row: TaskRow) => boolean,
  finishedShown = FINISHED_SHOWN,
): TreeShape {
  const own = ordered(rows.filter(isOurs));
  const finished = own.finished.map(({ id }) => id);
  const others = ordered(rows.filter((row) => !isOurs(row)));
  return {
    live: own.live.map(({ id }) => id),
    finished: finished.slice(0, finishedShown),
    older: finished.slice(finishedShown),
    others: [...others.live, ...others.finished].map(({ id }) => id),
  };
}

function ordered(rows: readonly TaskRow[]): { live: TaskRow[]; finished: TaskRow[] } {
  return {
    live: rows.filter(isLive).sort(newestFirst),
    finished: rows.filter((row) => !isLive(row)).sort(latestEndFirst),
  };
}

/** Whether the same rows stand in the same places. */
export function isSameShape(a: TreeShape, b: TreeShape): boolean {
  return (['live', 'finished', 'older', 'others'] as const).every((part) =>
    isSameList(a[part], b[part]),
  );
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}
