import type { BrokerNotifications, ClockName, TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { oneLine, quotable } from '../view/plainText.ts';
import { isLive } from '../view/rowFacts.ts';
import { titleOf } from '../view/rowText.ts';
import { longDuration } from '../view/timeText.ts';

type Warning = BrokerNotifications['tasks/warned'];

/** A clock may warn again only under another limit: it has been extended meanwhile. */
export function warningKey({ row, clock, limitMs }: Warning): string {
  return `${row.id} ${clock} ${limitMs}`;
}

/** P9: that a task nears the end of its time. */
export function warningText({ row, clock, limitMs, ranMs }: Warning): string {
  const title = quotable(titleOf(row), 80);
  if (clock === 'idle') {
    return l10n.t(
      '`{0}` has made no progress for {1}; after {2} it is stopped.',
      title,
      longDuration(ranMs),
      longDuration(limitMs),
    );
  }
  const percent = Math.floor((ranMs / limitMs) * 100);
  return l10n.t(
    '`{0}` has used {1} % of its {2}, after which it is stopped.',
    title,
    percent,
    longDuration(limitMs),
  );
}

/** One line on what an extension did. */
export function extendedText(row: TaskRow | null, clock?: ClockName): string {
  if (row === null) return l10n.t('The broker does not know this task any more.');
  const tool = oneLine(row.tool, 40);
  if (!isLive(row)) return l10n.t('{0} had ended before.', tool);
  const { total, idle } = row.deadlines ?? {};
  if (total !== undefined && clock !== 'idle') {
    return l10n.t('{0} may now run for {1} in all.', tool, longDuration(total.limitMs));
  }
  if (idle === undefined) return l10n.t('{0} may run for as long as it takes.', tool);
  return l10n.t('{0} may now be without progress for {1}.', tool, longDuration(idle.limitMs));
}
