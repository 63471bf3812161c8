import type { RevokeOutcome, TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { oneLine } from '../view/plainText.ts';
import { freedText, levelText } from '../view/reasonText.ts';
import { titleOf } from '../view/rowText.ts';

const NAMED = 8;

/** A modal question: the message, what would be lost, and the answers that do something. */
export interface Question {
  readonly message: string;
  readonly detail: string;
}

export function alsoEndsQuestion(row: TaskRow | undefined, alsoEnds: readonly TaskRow[]): Question {
  const title = oneLine(row === undefined ? l10n.t('The task') : titleOf(row), 60);
  return {
    message: l10n.t('“{0}” shares its server process with other work.', title),
    detail: l10n.t(
      'Ending the process surely stops the task, and ends these too:\n{0}\n\nRevoking only this asks the server to stop, and leaves its process running.',
      listOf(alsoEnds),
    ),
  };
}

export function alsoEndsAnswer(count: number): string {
  return count === 1
    ? l10n.t('Revoke and End 1 Other')
    : l10n.t('Revoke and End {0} Others', count);
}

/** P6: what else ends with the server of a task that was ended before. */
export function terminateQuestion(row: TaskRow, alsoEnds: readonly TaskRow[]): Question {
  return {
    message: l10n.t('Terminate the server “{0}”?', oneLine(row.route, 40)),
    detail: l10n.t(
      'Its process is ended by force, and these end with it. This cannot be undone:\n{0}',
      listOf(alsoEnds),
    ),
  };
}

/** One line on what a revocation did. */
export function outcomeText(outcomes: readonly RevokeOutcome[]): string {
  const [first] = outcomes;
  if (first === undefined) return l10n.t('Nothing was running.');
  if (outcomes.length > 1) {
    const revoked = outcomes.filter(({ outcome }) => outcome === 'revoked').length;
    return l10n.t('{0} agent tasks revoked.', revoked);
  }
  const tool = oneLine(first.row?.tool ?? l10n.t('The task'), 40);
  if (first.outcome === 'unknown') return l10n.t('The broker does not know this task any more.');
  if (first.outcome === 'already_ended') return l10n.t('{0} had ended before.', tool);
  const freed = first.row?.reason?.freed;
  return freed === undefined
    ? l10n.t('{0} revoked: {1}.', tool, levelText(first.level))
    : l10n.t('{0} revoked: {1} ({2}).', tool, levelText(first.level), freedText(freed));
}

/** One line on what became of the server of a task that had ended before. */
export function terminatedText(outcomes: readonly RevokeOutcome[]): string {
  const [first] = outcomes;
  if (first === undefined || first.outcome === 'unknown') return outcomeText(outcomes);
  const tool = oneLine(first.row?.tool ?? l10n.t('The task'), 40);
  return l10n.t('{0}: {1}.', tool, levelText(first.level));
}

/** A line each, as many as a dialog has room for. */
export function listOf(rows: readonly TaskRow[]): string {
  const lines = rows.slice(0, NAMED).map((row) => `• ${oneLine(titleOf(row), 80)}`);
  if (rows.length > NAMED) lines.push(l10n.t('… and {0} more', rows.length - NAMED));
  return lines.join('\n');
}
