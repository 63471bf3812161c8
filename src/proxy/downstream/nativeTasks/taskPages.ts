import type { TaskRecord } from '../../../registry/taskRecord.ts';
import { WireError, WireErrorCode } from '../../wire/jsonRpc.ts';

const PAGE_SIZE = 50;

/** A page of `tasks/list`; without a cursor it is the last. */
export interface TaskPage {
  readonly tasks: readonly TaskRecord[];
  readonly nextCursor?: string;
}

/**
 * Newest first, by what never changes: a task that ends meanwhile is neither left out nor told twice.
 * Throws -32602 for a cursor that is none of ours.
 */
export function pageOf(records: readonly TaskRecord[], cursor: unknown): TaskPage {
  const after = cursor === undefined ? null : readCursor(cursor);
  const sorted = [...records].sort((a, b) => compare(placeOf(a), placeOf(b)));
  const rest = sorted.filter((record) => after === null || compare(after, placeOf(record)) < 0);
  const tasks = rest.slice(0, PAGE_SIZE);
  const last = tasks.at(-1);
  if (last === undefined || rest.length <= PAGE_SIZE) return { tasks };
  return { tasks, nextCursor: `${last.createdAtMs}.${last.handle}` };
}

interface Place {
  readonly createdAtMs: number;
  readonly handle: string;
}

function placeOf({ createdAtMs, handle }: TaskRecord): Place {
  return { createdAtMs, handle };
}

function compare(a: Place, b: Place): number {
  if (a.createdAtMs !== b.createdAtMs) return b.createdAtMs - a.createdAtMs;
  if (a.handle === b.handle) return 0;
  return a.handle < b.handle ? -1 : 1;
}

function readCursor(cursor: unknown): Place {
  const match = /^(\d{1,15})\.(th_[a-z2-7]{26})$/.exec(typeof cursor === 'string' ? cursor : '');
  if (match?.[1] !== undefined && match[2] !== undefined) {
    return { createdAtMs: Number(match[1]), handle: match[2] };
  }
  throw new WireError(
    WireErrorCode.invalidParams,
    'This cursor is unknown: begin again without one.',
  );
}
