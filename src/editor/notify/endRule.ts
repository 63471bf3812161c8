import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { oneLine, withoutLinks } from '../view/plainText.ts';
import { isLive } from '../view/rowFacts.ts';

export interface EndNotice {
  readonly severity: 'information' | 'warning';
  readonly message: string;
  readonly rows: readonly TaskRow[];
}

/**
 * Whether the person should hear of the end: a poll in flight collects it at once, so what lies
 * uncollected a little later has nobody waiting for it. Whoever revoked a task knows.
 */
export function isWorthTelling(row: TaskRow): boolean {
  if (row.kind !== 'task' || isLive(row) || row.collected) return false;
  return row.status !== 'cancelled' || row.reason?.by === 'policy';
}

/** One message for all that ended, however many. */
export function noticeOf(rows: readonly TaskRow[]): EndNotice | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const severity = rows.some(hasGoneWrong) ? 'warning' : 'information';
  return { severity, rows, message: rows.length === 1 ? oneMessage(first) : manyMessage(rows) };
}

function oneMessage(row: TaskRow): string {
  const tool = toolName(row);
  const handle = row.handle ?? '';
  if (!hasGoneWrong(row)) return l10n.t('`{0}` has finished ({1}).', tool, handle);
  if (row.reason?.code === 'lost') {
    return l10n.t('`{0}` was lost: nobody knows how it ended ({1}).', tool, handle);
  }
  if (row.status === 'cancelled') return l10n.t('`{0}` was stopped ({1}).', tool, handle);
  if (row.isError) return l10n.t('`{0}` has finished with an error ({1}).', tool, handle);
  return l10n.t('`{0}` has failed ({1}).', tool, handle);
}

function manyMessage(rows: readonly TaskRow[]): string {
  const names = [...new Set(rows.map(toolName))];
  const shown = names.slice(0, 4).join(', ') + (names.length > 4 ? ', …' : '');
  const wrong = rows.filter(hasGoneWrong).length;
  return wrong === 0
    ? l10n.t('{0} agent tasks have finished: {1}.', rows.length, shown)
    : l10n.t('{0} agent tasks have ended, {1} not well: {2}.', rows.length, wrong, shown);
}

function hasGoneWrong(row: TaskRow): boolean {
  return row.status !== 'completed' || row.isError;
}

function toolName(row: TaskRow): string {
  return withoutLinks(oneLine(row.tool, 40)).replace(/`/g, "'");
}
