import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { oneLine } from './plainText.ts';
import {
  elapsedOf,
  endedAtOf,
  isLive,
  isUncollected,
  percentOf,
  type SeenRow,
} from './rowFacts.ts';
import { shortAgo, shortDuration, spokenDuration } from './timeText.ts';

export type ProgressStyle = 'bar' | 'percent' | 'none';

const CELLS = 5;
const DOT = ' · ';

/** The tool and its telling argument. */
export function labelOf(row: TaskRow): string {
  const tool = oneLine(row.tool, 60);
  const argument = oneLine(row.argument, 80);
  return argument === '' ? tool : `${tool}${DOT}${argument}`;
}

/** What stands behind the label: `40% ▰▰▱▱▱ 3m · Building image`, `done 2m ago`. */
export function descriptionOf(seen: SeenRow, nowMs: number, style: ProgressStyle = 'bar'): string {
  if (!isLive(seen.row)) return endedDescription(seen.row, nowMs);
  const parts = [
    stateWord(seen),
    `${progressText(percentOf(seen.row), style)}${shortDuration(elapsedOf(seen, nowMs))}`,
    oneLine(seen.row.message ?? ''),
  ];
  return parts.filter((part) => part !== '').join(DOT);
}

/** The same for the ear: `build, npm run build, running, 40 percent, Building image, 3 minutes`. */
export function spokenLabelOf(seen: SeenRow, nowMs: number): string {
  const { row } = seen;
  const percent = percentOf(row);
  const parts = isLive(row)
    ? [
        stateWord(seen) || l10n.t('running'),
        percent === undefined ? '' : l10n.t('{0} percent', percent),
        oneLine(row.message ?? ''),
        spokenDuration(elapsedOf(seen, nowMs)),
      ]
    : [
        endWord(row),
        l10n.t('{0} ago', spokenDuration(nowMs - endedAtOf(row))),
        isUncollected(row) ? l10n.t('result not collected') : '',
      ];
  return [oneLine(row.tool, 60), oneLine(row.argument, 80), ...parts]
    .filter((part) => part !== '')
    .join(', ');
}

function progressText(percent: number | undefined, style: ProgressStyle): string {
  if (percent === undefined || style === 'none') return '';
  return style === 'percent' ? `${percent}% ` : `${percent}% ${bar(percent)} `;
}

/** Filled only by whole cells: a full bar is a promise. */
function bar(percent: number): string {
  const filled = Math.floor((Math.min(100, Math.max(0, percent)) / 100) * CELLS);
  return '▰'.repeat(filled) + '▱'.repeat(CELLS - filled);
}

/** What a live row is in, when it is not just running. */
function stateWord({ row, isStale }: SeenRow): string {
  if (isStale) return l10n.t('reconnecting');
  if (row.paused) return l10n.t('paused');
  if (row.status === 'input_required') return l10n.t('needs input');
  if (row.kind === 'call') return l10n.t('agent waits');
  return row.attached ? '' : l10n.t('waiting for its server');
}

function endedDescription(row: TaskRow, nowMs: number): string {
  const ago = shortAgo(nowMs - endedAtOf(row));
  if (row.status === 'failed') return `${endWord(row)}${DOT}${ago}`;
  const mark = isUncollected(row) ? `${DOT}${l10n.t('● result not collected')}` : '';
  const late = row.hasLateResult ? `${DOT}${l10n.t('late result kept')}` : '';
  return `${endWord(row)} ${ago}${mark}${late}`;
}

/** How a task ended, with the reason where there is one. */
export function endWord(row: TaskRow): string {
  if (row.status === 'completed')
    return row.isError ? l10n.t('done, with an error') : l10n.t('done');
  if (row.status === 'cancelled') return cancelledWord(row);
  const detail = oneLine(row.error?.message ?? row.reason?.note ?? '', 80);
  const word = failedWord(row);
  return detail === '' ? word : `${word}: ${detail}`;
}

function cancelledWord(row: TaskRow): string {
  if (row.reason?.code === 'cancelled') return l10n.t('cancelled');
  return row.reason?.by === 'agent' ? l10n.t('revoked by the agent') : l10n.t('revoked');
}

function failedWord(row: TaskRow): string {
  switch (row.reason?.code) {
    case 'lost':
      return l10n.t('lost');
    case 'idle_timeout':
    case 'total_timeout':
      return l10n.t('timed out');
    case 'upstream_exit':
      return l10n.t('failed, its server exited');
    default:
      return l10n.t('failed');
  }
}
