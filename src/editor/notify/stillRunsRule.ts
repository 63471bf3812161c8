import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { oneLine, quotable } from '../view/plainText.ts';
import { titleOf } from '../view/rowText.ts';

/**
 * Whether the person is asked: where they or a rule of theirs ended the task, they believe it gone.
 * What an agent or a supervisor ended says so in its row, where it can be terminated too.
 */
export function isWorthTerminating({ mayStillRun, reason }: TaskRow): boolean {
  return mayStillRun && (reason?.by === 'user' || reason?.by === 'policy');
}

export function stillRunsText(row: TaskRow): string {
  const title = quotable(titleOf(row), 80);
  const server = quotable(oneLine(row.route, 40), 40);
  return row.reason?.by === 'policy'
    ? l10n.t(
        '`{0}` was stopped by its time limit, but its server `{1}` has not said that it stopped: it may be working still.',
        title,
        server,
      )
    : l10n.t(
        '`{0}` is revoked, but its server `{1}` has not said that it stopped: it may be working still.',
        title,
        server,
      );
}
