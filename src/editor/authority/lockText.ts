import type { AdminLocks } from '../../brokerApi/adminLocks.ts';
import { l10n } from '../l10n.ts';
import { oneLine } from '../view/plainText.ts';
import { longDuration } from '../view/timeText.ts';

const LONGEST = 200;

/** One lock: what it is about, and what holds. */
export type LockLine = readonly [name: string, value: string];

export function isLocked({ source }: AdminLocks): boolean {
  return source !== null;
}

/** Who locks, for people; the file where it names nobody. */
export function lockedBy({ by, source }: AdminLocks): string {
  return oneLine(by ?? source ?? '', 60);
}

/** In a line, wherever limits are met; nothing where nothing is locked. */
export function lockedSentence(locks: AdminLocks): string {
  if (!isLocked(locks)) return '';
  return l10n.t(
    'Limits are locked by {0}: “Show Administrator’s Locks” says which.',
    lockedBy(locks),
  );
}

/** Every lock in a line of its own; each text of the administrator's is shown as it is. */
export function lockLines(locks: AdminLocks): LockLine[] {
  const lines: LockLine[] = [];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) lines.push([name, oneLine(value, LONGEST)]);
  };
  add(l10n.t('New work is refused'), locks.refuseNewWork);
  add(l10n.t('A task takes at most'), duration(locks.maxTotalTimeoutMs));
  add(l10n.t('Without progress at most'), duration(locks.maxIdleTimeoutMs));
  add(l10n.t('Always tracked'), locks.mustTrack?.join(', '));
  add(l10n.t('Tools that are refused'), locks.refusedTools?.join(', '));
  add(
    l10n.t('No server runs untracked'),
    locks.failOpen === false ? l10n.t('also where the broker cannot be started') : undefined,
  );
  for (const line of locks.unknown ?? []) add(l10n.t('Passed over'), line);
  add(l10n.t('The newest file was not taken; the last good one holds'), locks.problem);
  return lines;
}

function duration(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : longDuration(ms);
}
