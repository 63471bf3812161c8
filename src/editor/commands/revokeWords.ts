import type { RevokeOutcome, TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { oneLine } from '../view/plainText.ts';
import { levelText } from '../view/reasonText.ts';
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

export function revokeAllQuestion(rows: readonly TaskRow[]): Question {
  return {
    message:
      rows.length === 1
        ? l10n.t('Revoke the 1 agent task that is running?')
        : l10n.t('Revoke all {0} agent tasks that are running?', rows.length),
    detail: l10n.t(
      'Their processes are ended, in every window. This cannot be undone:\n{0}',
      listOf(rows),
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
  return l10n.t('{0} revoked: {1}.', tool, levelText(first.level));
}

function listOf(rows: readonly TaskRow[]): string {
  const lines = rows.slice(0, NAMED).map((row) => `• ${oneLine(titleOf(row), 80)}`);
  if (rows.length > NAMED) lines.push(l10n.t('… and {0} more', rows.length - NAMED));
  return lines.join('\n');
}
