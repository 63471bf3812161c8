import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { oneLine } from '../view/plainText.ts';
import { isLive } from '../view/rowFacts.ts';

/** One line on what a pause did; the row may have ended meanwhile. */
export function pausedText(row: TaskRow | null): string {
  return textOf(row, (tool) => l10n.t('{0} is paused, and its clocks with it.', tool));
}

export function resumedText(row: TaskRow | null): string {
  return textOf(row, (tool) => l10n.t('{0} goes on.', tool));
}

function textOf(row: TaskRow | null, done: (tool: string) => string): string {
  if (row === null) return l10n.t('The broker does not know this task any more.');
  const tool = oneLine(row.tool, 40);
  return isLive(row) ? done(tool) : l10n.t('{0} had ended before.', tool);
}
