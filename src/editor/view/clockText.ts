import type { ClockName } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { elapsedOf, isLive, type SeenRow, sinceSeenOf } from './rowFacts.ts';
import { longDuration, roundedUp, spokenDuration } from './timeText.ts';

const JUST_NOW_MS = 5_000;

/** P9: how much of its time a live task has used: `12 min of 4 h`. */
export function totalFact(seen: SeenRow, nowMs: number): string {
  const clock = clockOf(seen, 'total', nowMs);
  if (clock === undefined) return '';
  return l10n.t('{0} of {1}', longDuration(clock.ranMs), longDuration(clock.limitMs));
}

/** P9: how long it may go without progress: `2 min ago; ends after 10 min without`. */
export function idleFact(seen: SeenRow, nowMs: number): string {
  const clock = clockOf(seen, 'idle', nowMs);
  if (clock === undefined) return '';
  const ago =
    clock.ranMs < JUST_NOW_MS ? l10n.t('just now') : l10n.t('{0} ago', longDuration(clock.ranMs));
  return l10n.t('{0}; ends after {1} without', ago, longDuration(clock.limitMs));
}

/** How long it still takes if it takes as long as before; zero or less: it takes longer. */
export function guessOf(seen: SeenRow, nowMs: number): number | undefined {
  const { estimate } = seen.row;
  if (estimate === undefined || !isLive(seen.row)) return undefined;
  return estimate.totalMs - elapsedOf(seen, nowMs);
}

/** P10: marked as a guess: `~3 min left`. */
export function guessText(leftMs: number | undefined): string {
  if (leftMs === undefined) return '';
  if (leftMs <= 0) return l10n.t('longer than usual');
  return l10n.t('~{0} left', longDuration(roundedUp(leftMs)));
}

/** The same for the ear. */
export function spokenGuess(leftMs: number | undefined): string {
  if (leftMs === undefined) return '';
  if (leftMs <= 0) return l10n.t('longer than usual');
  return l10n.t('about {0} left', spokenDuration(roundedUp(leftMs)));
}

/** What the guess rests on: `~3 min left; usually 8 min, of 5 runs`. */
export function guessFact(seen: SeenRow, nowMs: number): string {
  const left = guessOf(seen, nowMs);
  const { estimate } = seen.row;
  if (left === undefined || estimate === undefined) return '';
  const usual = longDuration(estimate.totalMs);
  return estimate.samples === 1
    ? l10n.t('{0}; {1} the last time', guessText(left), usual)
    : l10n.t('{0}; usually {1}, of {2} runs', guessText(left), usual, estimate.samples);
}

/** A clock as of now: it stands still whenever the task's own time does. */
function clockOf(seen: SeenRow, name: ClockName, nowMs: number) {
  const clock = seen.row.deadlines?.[name];
  if (clock === undefined || !isLive(seen.row)) return undefined;
  return { limitMs: clock.limitMs, ranMs: clock.ranMs + sinceSeenOf(seen, nowMs) };
}
