import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { guessOf, guessText, spokenGuess } from './clockText.ts';
import { oneLine, shortPath } from './plainText.ts';
import { freedText, levelText } from './reasonText.ts';
import {
  elapsedOf,
  endedAtOf,
  isLive,
  isUncollected,
  percentOf,
  type SeenRow,
} from './rowFacts.ts';
import { shortAgo, spokenAgo, spokenDuration, steppedDuration } from './timeText.ts';

export type ProgressStyle = 'bar' | 'percent' | 'none';

const CELLS = 5;
const LABEL_LENGTH = 20;
const SHORTEST_ARGUMENT = 6;
const DOT = ' · ';

/** The tool and its telling argument. */
export function titleOf(row: TaskRow): string {
  const tool = oneLine(row.tool, 60);
  const argument = oneLine(row.argument, 80);
  return argument === '' ? tool : `${tool}${DOT}${argument}`;
}

/** The same, short enough that the percent behind it stays in a side bar of usual width. */
export function labelOf(row: TaskRow): string {
  const tool = oneLine(row.tool, LABEL_LENGTH);
  const left = LABEL_LENGTH - tool.length - DOT.length;
  const argument = left < SHORTEST_ARGUMENT ? '' : shortPath(oneLine(row.argument, 80), left);
  return argument === '' ? tool : `${tool}${DOT}${argument}`;
}

/** What the label had to leave out, for side bars with room. */
function leftOut(row: TaskRow): string {
  return labelOf(row) === titleOf(row) ? '' : oneLine(row.argument, 80);
}

/** What stands behind the label: `40% ▰▰▱▱▱ 3m · Building image`, `done 2m ago`. */
export function descriptionOf(seen: SeenRow, nowMs: number, style: ProgressStyle = 'bar'): string {
  return joined([stateText(seen, nowMs, style), leftOut(seen.row)]);
}

/** The same without what the label had to leave out, for places that show the whole title. */
export function stateText(seen: SeenRow, nowMs: number, style: ProgressStyle = 'bar'): string {
  const { row } = seen;
  const parts = isLive(row)
    ? [
        stateWord(seen),
        `${progressText(percentOf(row), style)}${steppedDuration(elapsedOf(seen, nowMs))}`,
        guessText(shownGuess(seen, nowMs)),
        row.kind === 'call' ? l10n.t('agent waits') : '',
        oneLine(row.message ?? ''),
      ]
    : endedParts(row, nowMs);
  return joined(parts);
}

/** The same for the ear: `build, npm run build, running, 40 percent, Building image, 3 minutes`. */
export function spokenLabelOf(seen: SeenRow, nowMs: number): string {
  const { row } = seen;
  const percent = percentOf(row);
  const parts = isLive(row)
    ? [
        stateWord(seen) || (row.kind === 'call' ? l10n.t('agent waits') : l10n.t('running')),
        percent === undefined ? '' : l10n.t('{0} percent', percent),
        spokenGuess(shownGuess(seen, nowMs)),
        oneLine(row.message ?? ''),
        spokenDuration(elapsedOf(seen, nowMs)),
      ]
    : [
        endWord(row),
        spokenAgo(nowMs - endedAtOf(row)),
        endDetail(row),
        isUncollected(row) ? l10n.t('result not collected') : '',
      ];
  return joined([oneLine(row.tool, 60), oneLine(row.argument, 80), ...parts], ', ');
}

function progressText(percent: number | undefined, style: ProgressStyle): string {
  if (percent === undefined || style === 'none') return '';
  return style === 'percent' ? `${percent}% ` : `${percent}% ${bar(percent)} `;
}

/** P10: a guess stands where no total is known, and where nothing holds the task up. */
function shownGuess(seen: SeenRow, nowMs: number): number | undefined {
  const hasPercent = percentOf(seen.row) !== undefined;
  return hasPercent || stateWord(seen) !== '' ? undefined : guessOf(seen, nowMs);
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
  return row.attached ? '' : l10n.t('waiting for its server');
}

function endedParts(row: TaskRow, nowMs: number): string[] {
  if (row.futureSchema !== undefined) {
    return [l10n.t('made by a newer version; update to read it')];
  }
  const end = `${endWord(row)} ${shortAgo(nowMs - endedAtOf(row))}`;
  if (isUncollected(row)) return [`● ${end}`, l10n.t('result not collected')];
  return [end, endDetail(row), row.hasLateResult ? l10n.t('late result kept') : ''];
}

function joined(parts: readonly string[], between = DOT): string {
  return parts.filter((part) => part !== '').join(between);
}

/** How a task ended, in a word or two. */
export function endWord(row: TaskRow): string {
  if (row.status === 'completed')
    return row.isError ? l10n.t('done, with an error') : l10n.t('done');
  return row.status === 'cancelled' ? cancelledWord(row) : failedWord(row);
}

/** What a person should know beside the word: the error, what goes on, what was freed. */
function endDetail({ status, error, reason, mayStillRun }: TaskRow): string {
  if (mayStillRun) return l10n.t('its server may be working still');
  if (status === 'failed' && reason?.code === 'lost') {
    return oneLine(reason.note ?? l10n.t('nobody knows how it ended'), 80);
  }
  if (status === 'failed') return oneLine(error?.message ?? reason?.note ?? '', 80);
  if (status !== 'cancelled') return '';
  if (reason?.level === 'cooperative') return levelText('cooperative');
  return reason?.freed === undefined ? '' : freedText(reason.freed);
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
