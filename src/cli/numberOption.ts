import { TaskHandlesError } from '../common/errors.ts';

/** Node's timers overflow above this. */
const LARGEST_MS = 2 ** 31 - 1;

/** Reads a number of things, at least one, or throws `usage`. */
export function countOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value > 0 && Number.isSafeInteger(value)) return value;
  throw new TaskHandlesError('usage', `--${option} takes a whole number above 0, not "${text}".`);
}

/** Reads a duration in whole milliseconds, or throws `usage`. */
export function millisecondsOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= LARGEST_MS) return value;
  throw new TaskHandlesError(
    'usage',
    `--${option} takes whole milliseconds (0 to ${LARGEST_MS}), not "${text}".`,
  );
}
