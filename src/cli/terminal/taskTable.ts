import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { aligned } from './aligned.ts';
import { durationText } from './durationText.ts';
import { freedText } from './freedText.ts';
import { plainLine, shortened } from './plainText.ts';
import { clockText, progressText, statusWord } from './taskWords.ts';

const HEAD = ['HANDLE', 'STATUS', 'PROGRESS', 'ELAPSED', 'TOOL', 'ARGUMENT', 'MESSAGE'];
const ARGUMENT_LENGTH = 40;

/** Rows as aligned lines; `width` cuts the lines of a terminal, not those of a pipe. */
export function taskTable(rows: readonly TaskRow[], width = Number.POSITIVE_INFINITY): string {
  const lines = aligned([HEAD, ...rows.map(cellsOf)]);
  return lines.map((line) => shortened(line, width)).join('\n');
}

/** One task, a fact a line. */
export function taskFacts(row: TaskRow): string {
  const [handle = '', status = '', progress = '', elapsed = '', tool = '', argument = ''] =
    cellsOf(row);
  const facts: [string, string][] = [
    ['handle', handle],
    ['status', status],
    ['tool', tool],
    ['argument', argument],
    ['progress', progress.trim()],
    ['message', plainLine(row.message ?? '')],
    ['elapsed', elapsed],
    ['total', clockText(row.deadlines?.total)],
    ['idle', clockText(row.deadlines?.idle)],
    ['usually', usualText(row)],
    ['created', row.createdAt],
    ['attached', row.attached ? 'yes' : ''],
    ['reason', reasonOf(row)],
    ['ending', freedText(row.reason?.freed)],
    ['error', plainLine(row.error?.message ?? '')],
  ];
  return facts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name.padEnd(10)}${value}`)
    .join('\n');
}

function cellsOf(row: TaskRow): string[] {
  return [
    row.handle ?? row.id,
    statusWord(row),
    progressText(row),
    durationText(row.elapsedMs),
    plainLine(`${row.route}/${row.tool}`),
    shortened(plainLine(row.argument), ARGUMENT_LENGTH),
    plainLine(row.message ?? ''),
  ];
}

function reasonOf({ reason }: TaskRow): string {
  if (reason === undefined) return '';
  const level = reason.level === undefined ? '' : `, ${reason.level}`;
  const note = reason.note === undefined ? '' : `: ${plainLine(reason.note)}`;
  return `${reason.code} by ${reason.by}${level}${note}`;
}

function usualText({ estimate }: TaskRow): string {
  if (estimate === undefined) return '';
  return `~${durationText(estimate.totalMs)}, by ${estimate.samples} earlier runs`;
}
