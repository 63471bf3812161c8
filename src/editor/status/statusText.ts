import { l10n } from '../l10n.ts';
import { oneLine, withoutIcons } from '../view/plainText.ts';
import { isPaused, percentOf, type SeenRow } from '../view/rowFacts.ts';
import { pieOf } from '../view/rowIcon.ts';
import { spokenLabelOf } from '../view/rowText.ts';

export interface StatusText {
  readonly text: string;
  readonly spoken: string;
}

/** What the status bar says of the live rows; nothing when there is none. */
export function statusTextOf(live: readonly SeenRow[], nowMs: number): StatusText | undefined {
  const [first] = live;
  if (first === undefined) return undefined;
  if (live.length === 1) {
    const percent = percentOf(first.row);
    const tool = withoutIcons(oneLine(first.row.tool, 30));
    const icon = isPaused(first.row) ? 'debug-pause' : pieOf(percent);
    return {
      text: `$(${icon}) ${tool}${percent === undefined ? '' : ` ${percent}%`}`,
      spoken: spokenLabelOf(first, nowMs),
    };
  }
  const count = l10n.t('{0} agent tasks', live.length);
  return { text: `$(${pieOf(meanPercent(live))}) ${count}`, spoken: count };
}

/** One pie for several tasks only where each of them knows its total. */
function meanPercent(live: readonly SeenRow[]): number | undefined {
  const percents = live.map(({ row }) => percentOf(row)).filter((percent) => percent !== undefined);
  if (percents.length < live.length) return undefined;
  return percents.reduce((sum, percent) => sum + percent, 0) / percents.length;
}
