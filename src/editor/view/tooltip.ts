import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { guessFact, idleFact, totalFact } from './clockText.ts';
import { escapeMarkdown, oneLine } from './plainText.ts';
import { reasonText } from './reasonText.ts';
import { elapsedOf, endedAtOf, isLive, isUncollected, type SeenRow } from './rowFacts.ts';
import { endWord, titleOf } from './rowText.ts';
import { shortDuration } from './timeText.ts';

export type Fact = readonly [name: string, value: string];

export interface TooltipContext {
  readonly nowMs: number;
  readonly isOtherWindow: boolean;
  readonly formatTime: (ms: number) => string;
}

/** A reason is told whole, and ours are shorter than this. */
const LONGEST = 2_000;
/** What a server wrote may be of any length. */
const LONGEST_OF_SERVER = 400;

/** Everything that is known of a row, in Markdown without any link: most of it is untrusted. */
export function tooltipOf(seen: SeenRow, context: TooltipContext): string {
  const lines = factsOf(seen, context)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${escapeMarkdown(name)}: ${escapeMarkdown(oneLine(value, LONGEST))}`);
  return [`**${escapeMarkdown(titleOf(seen.row))}**`, lines.join('  \n')].join('\n\n');
}

export function factsOf(seen: SeenRow, context: TooltipContext): Fact[] {
  const { row } = seen;
  return [
    [l10n.t('Status'), statusText(seen)],
    [l10n.t('Progress'), row.percent === undefined ? '' : `${row.percent} %`],
    [l10n.t('Message'), oneLine(row.message ?? '', LONGEST_OF_SERVER)],
    [l10n.t('Reason'), row.reason === undefined ? '' : reasonText(row.reason)],
    [l10n.t('Error'), errorText(row)],
    [l10n.t('Result'), resultText(row)],
    ...timeFacts(seen, context),
    ...placeFacts(row, context),
  ];
}

function errorText({ error }: TaskRow): string {
  return error === undefined ? '' : `${oneLine(error.message, LONGEST_OF_SERVER)} (${error.code})`;
}

function timeFacts(seen: SeenRow, { nowMs, formatTime }: TooltipContext): Fact[] {
  const { row } = seen;
  const created = Date.parse(row.createdAt);
  return [
    [row.kind === 'call' ? l10n.t('Called') : l10n.t('Became a task'), formatTime(created)],
    [l10n.t('Ended'), isLive(row) ? '' : formatTime(endedAtOf(row))],
    [l10n.t('Duration'), shortDuration(elapsedOf(seen, nowMs))],
    [l10n.t('Runs'), totalFact(seen, nowMs)],
    [l10n.t('Last progress'), idleFact(seen, nowMs)],
    [l10n.t('Estimate'), guessFact(seen, nowMs)],
    [l10n.t('Kept until'), row.ttlMs === null ? '' : formatTime(created + row.ttlMs)],
  ];
}

function placeFacts(row: TaskRow, { isOtherWindow }: TooltipContext): Fact[] {
  const client = `${row.client.name} ${row.client.version}`.trim();
  return [
    [l10n.t('Server'), row.route],
    // Nobody is attached to what has ended, whether the agent has gone or not.
    [l10n.t('Agent'), isLive(row) && !row.clientAttached ? l10n.t('{0} (gone)', client) : client],
    [l10n.t('Window'), isOtherWindow ? l10n.t('another one') : ''],
    [l10n.t('Process'), row.upstreamPid === null ? '' : String(row.upstreamPid)],
    [l10n.t('Handle'), row.handle ?? ''],
  ];
}

function statusText({ row, isStale }: SeenRow): string {
  if (row.mayStillRun) return l10n.t('{0}; its server may be working still', endWord(row));
  if (!isLive(row)) return endWord(row);
  if (isStale) return l10n.t('as of before the reload; reconnecting');
  if (row.paused) return l10n.t('paused; its processes and its clocks stand still');
  if (row.kind === 'call') return l10n.t('running; the agent waits for it (not handed off yet)');
  if (!row.attached) return l10n.t('waiting for its server to come back');
  return row.status === 'input_required' ? l10n.t('needs input') : l10n.t('running');
}

function resultText(row: TaskRow): string {
  if (row.hasLateResult) return l10n.t('came too late; kept, and never delivered as success');
  if (!row.hasResult) return '';
  if (isUncollected(row)) return l10n.t('kept, not collected yet');
  return row.isError ? l10n.t('kept; the tool reports an error') : l10n.t('kept, collected');
}
