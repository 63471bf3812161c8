import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { durationText } from './durationText.ts';
import { plainLine } from './plainText.ts';

const BAR_PARTS = 5;

/** Whether nothing will change about it any more. */
export function hasEnded({ status }: TaskRow): boolean {
  return status !== 'working' && status !== 'input_required';
}

/** The status in one word or two, the way it came about included. */
export function statusWord(row: TaskRow): string {
  if (row.kind === 'call') return 'call';
  if (row.paused) return 'paused';
  if (row.status === 'completed') return row.isError ? 'completed (error)' : 'completed';
  if (row.reason === undefined || row.reason.code === row.status) return row.status;
  if (row.reason.code === 'revoked') return 'revoked';
  return `${row.status} (${row.reason.code})`;
}

/** ` 40% ▰▰▱▱▱`; empty when nobody knows. */
export function progressBar(percent: number | undefined): string {
  if (percent === undefined) return '';
  const full = Math.min(BAR_PARTS, Math.floor((percent / 100) * BAR_PARTS));
  return `${String(percent).padStart(3)}% ${'▰'.repeat(full)}${'▱'.repeat(BAR_PARTS - full)}`;
}

/** The percent and its bar; where there is none, `~5m left`: a guess by earlier runs (P10). */
export function progressText(row: TaskRow): string {
  const { percent, estimate, elapsedMs } = row;
  if (percent !== undefined || estimate === undefined || hasEnded(row)) return progressBar(percent);
  const leftMs = estimate.totalMs - elapsedMs;
  return leftMs > 0 ? `~${durationText(leftMs)} left` : 'longer than usual';
}

/** How far a clock has run: `12m of 4h` (P9); empty where there is none. */
export function clockText(clock: { limitMs: number; ranMs: number } | undefined): string {
  return clock === undefined
    ? ''
    : `${durationText(clock.ranMs)} of ${durationText(clock.limitMs)}`;
}

/** Why a task ended otherwise than by a result of its own, for a person. */
export function endingText(row: TaskRow): string {
  const parts = [`${row.handle ?? row.id} is ${statusWord(row)}`];
  const { reason, error } = row;
  if (reason !== undefined) {
    const level = reason.level === undefined ? '' : `, ${reason.level}`;
    parts.push(` (by ${reason.by}${level})`);
  }
  const note = error?.message ?? reason?.note;
  if (note !== undefined && note !== '') parts.push(`: ${plainLine(note)}`);
  return `${parts.join('')}${/[.!?]$/.test(parts.at(-1) ?? '') ? '' : '.'}`;
}
