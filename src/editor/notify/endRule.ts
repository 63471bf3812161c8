import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { quotable } from '../view/plainText.ts';
import { isLive } from '../view/rowFacts.ts';
import { titleOf } from '../view/rowText.ts';
import { isWorthTerminating } from './stillRunsRule.ts';

const NAMED = 4;

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
  // The question about its server says that it was stopped.
  if (isWorthTerminating(row)) return false;
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
  const title = quotable(titleOf(row), 80);
  if (!hasGoneWrong(row)) return l10n.t('`{0}` has finished.', title);
  if (isLost(row)) return l10n.t('`{0}` was lost: nobody knows how it ended.', title);
  if (row.status === 'cancelled') return l10n.t('`{0}` was stopped.', title);
  if (row.isError) return l10n.t('`{0}` has finished with an error.', title);
  return l10n.t('`{0}` has failed.', title);
}

function manyMessage(rows: readonly TaskRow[]): string {
  const names = namesOf(rows);
  const wrong = rows.filter(hasGoneWrong).length;
  if (wrong === 0) return l10n.t('{0} agent tasks have finished: {1}.', rows.length, names);
  if (rows.every(isLost)) {
    return l10n.t(
      '{0} agent tasks were lost, nobody knows how they ended: {1}.',
      rows.length,
      names,
    );
  }
  return l10n.t('{0} agent tasks have ended, {1} not well: {2}.', rows.length, wrong, names);
}

function namesOf(rows: readonly TaskRow[]): string {
  const names = [...new Set(rows.map(({ tool }) => quotable(tool, 40)))];
  const first = names.slice(0, NAMED).join(', ');
  const more = names.length - NAMED;
  return more > 0 ? l10n.t('{0} and {1} more', first, more) : first;
}

function hasGoneWrong(row: TaskRow): boolean {
  return row.status !== 'completed' || row.isError;
}

function isLost(row: TaskRow): boolean {
  return row.status === 'failed' && row.reason?.code === 'lost';
}
