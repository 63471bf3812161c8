import type { TaskRow } from '../brokerApi/brokerProtocol.ts';
import { isJsonObject, parseJson } from '../common/json.ts';

/** Rows are told newest first by one of their times; what has equal times by its id. */
export type PageOrder = 'createdAt' | 'endedAt';

/** The last row that was told. `part` tells one source of rows from the next. */
export interface PagePlace {
  readonly part: number;
  readonly at: string;
  readonly id: string;
}

export function printPlace(place: PagePlace): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** `undefined` for what we have not printed. */
export function parsePlace(cursor: string): PagePlace | undefined {
  const value = parseJson(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!isJsonObject(value)) return undefined;
  const { part, at, id } = value;
  const isPlace = typeof part === 'number' && typeof at === 'string' && typeof id === 'string';
  return isPlace ? { part, at, id } : undefined;
}

/** The rows behind a place in their order: rows that come meanwhile move nothing. */
export function rowsBehind(
  rows: readonly TaskRow[],
  order: PageOrder,
  place: PagePlace | undefined,
): TaskRow[] {
  const at = (row: TaskRow) => row[order] ?? row.createdAt;
  return rows
    .filter((row) => place === undefined || compare([at(row), row.id], [place.at, place.id]) > 0)
    .sort((one, other) => compare([at(one), one.id], [at(other), other.id]));
}

export function placeOf(row: TaskRow, order: PageOrder, part: number): PagePlace {
  return { part, at: row[order] ?? row.createdAt, id: row.id };
}

function compare([at, id]: [string, string], [otherAt, otherId]: [string, string]): number {
  if (at !== otherAt) return at < otherAt ? 1 : -1;
  if (id === otherId) return 0;
  return id < otherId ? -1 : 1;
}
