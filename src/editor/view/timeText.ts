import { l10n } from '../l10n.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration at a glance: `45s`, `3m`, `1h 5m`, `2d 3h`. */
export function shortDuration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < MINUTE) return l10n.t('{0}s', Math.floor(value / SECOND));
  if (value < HOUR) return l10n.t('{0}m', Math.floor(value / MINUTE));
  if (value < DAY) {
    return pair(l10n.t('{0}h', Math.floor(value / HOUR)), '{0}m', (value % HOUR) / MINUTE);
  }
  return pair(l10n.t('{0}d', Math.floor(value / DAY)), '{0}h', (value % DAY) / HOUR);
}

function pair(large: string, smallUnit: '{0}m' | '{0}h', small: number): string {
  const whole = Math.floor(small);
  if (whole === 0) return large;
  return `${large} ${smallUnit === '{0}m' ? l10n.t('{0}m', whole) : l10n.t('{0}h', whole)}`;
}

/** A duration with its units in words: `45 s`, `12 min`, `1 h 20 min`. */
export function longDuration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < MINUTE) return l10n.t('{0} s', Math.floor(value / SECOND));
  const days = Math.floor(value / DAY);
  const hours = Math.floor((value % DAY) / HOUR);
  const minutes = days > 0 ? 0 : Math.floor((value % HOUR) / MINUTE);
  const parts = [
    days === 0 ? '' : l10n.t('{0} d', days),
    hours === 0 ? '' : l10n.t('{0} h', hours),
    minutes === 0 ? '' : l10n.t('{0} min', minutes),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** A guess at a duration: up to the next step, which is as coarse as guesses are. */
export function roundedUp(ms: number): number {
  const step = ms < MINUTE ? 10 * SECOND : ms < HOUR ? MINUTE : 10 * MINUTE;
  return Math.ceil(ms / step) * step;
}

/**
 * For rows at work: after the first seconds in steps, because a row that is drawn anew loses the
 * tooltip that somebody reads.
 */
export function steppedDuration(ms: number): string {
  const isExact = ms < 10 * SECOND || ms >= MINUTE;
  return shortDuration(isExact ? ms : ms - (ms % (5 * SECOND)));
}

/** How long ago, in minutes at the finest: rows at rest need not be drawn each second. */
export function shortAgo(ms: number): string {
  return ms < MINUTE ? l10n.t('just now') : l10n.t('{0} ago', shortDuration(ms));
}

/** A duration for the ear. */
export function spokenDuration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < MINUTE) {
    return count(value / SECOND, l10n.t('1 second'), (n) => l10n.t('{0} seconds', n));
  }
  if (value < HOUR) {
    return count(value / MINUTE, l10n.t('1 minute'), (n) => l10n.t('{0} minutes', n));
  }
  if (value < DAY) return count(value / HOUR, l10n.t('1 hour'), (n) => l10n.t('{0} hours', n));
  return count(value / DAY, l10n.t('1 day'), (n) => l10n.t('{0} days', n));
}

export function spokenAgo(ms: number): string {
  return ms < MINUTE ? l10n.t('just now') : l10n.t('{0} ago', spokenDuration(ms));
}

function count(value: number, one: string, many: (whole: number) => string): string {
  const whole = Math.floor(value);
  return whole === 1 ? one : many(whole);
}
