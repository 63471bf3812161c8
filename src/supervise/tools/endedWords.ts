import { megabytesOf } from '../../common/megabytes.ts';
import type { Freed, RevocationLevel } from '../../registry/taskRecord.ts';

const MOST_NAMED = 10;

/** What a revocation of one task came to. */
export interface EndedFacts {
  readonly handle: string;
  readonly outcome: 'revoked' | 'already_ended';
  readonly level: RevocationLevel | null;
  readonly freed: Freed | undefined;
  readonly mayStillRun: boolean;
  readonly alsoServes: readonly string[];
  readonly alsoEnded: readonly string[];
}

const LEVEL_WORDS: Record<RevocationLevel, string> = {
  none: 'nothing was left to stop',
  cooperative: 'its server was asked to stop',
  descendants: 'the processes that only it had started were ended',
  terminated: 'its server was ended (SIGTERM)',
  killed: 'its server was killed (SIGKILL)',
};

/** One sentence or two, out of handles and numbers alone: no words of others. */
export function endedWords(facts: EndedFacts): string {
  const { handle, outcome, level, freed, mayStillRun, alsoServes, alsoEnded } = facts;
  const first =
    outcome === 'already_ended'
      ? `${handle} had ended before.`
      : `${handle} is revoked for good${level === null ? '' : `: ${LEVEL_WORDS[level]}`}${freedWords(freed)}.`;
  const others = alsoEnded.length === 0 ? '' : ` With its server ended ${named(alsoEnded)}.`;
  return `${first}${others}${stillWords({ handle, level, mayStillRun, alsoServes })}`;
}

export function freedWords(freed: Freed | undefined): string {
  if (freed === undefined || freed.processes === 0) return '';
  const { processes, memoryBytes } = freed;
  const memory = memoryBytes === null ? '' : `, ${megabytesOf(memoryBytes)} MB freed`;
  return ` (${processes} ${processes === 1 ? 'process' : 'processes'} gone${memory})`;
}

/** What may go on working there, and how that is ended as well. */
function stillWords({
  handle,
  level,
  mayStillRun,
  alsoServes,
}: Pick<EndedFacts, 'handle' | 'level' | 'mayStillRun' | 'alsoServes'>): string {
  if (!mayStillRun) return '';
  const first = ' Its server has not said that it stopped, and may be at it still';
  // By force it has been tried already.
  if (level !== null && level !== 'cooperative') return `${first}.`;
  const shared = alsoServes.length > 0 ? `; it also serves ${named(alsoServes)}` : '';
  const how = alsoServes.length > 0 ? 'To end it with them' : 'To end it';
  return `${first}${shared}. ${how}: revoke_task {"handle":"${handle}","force":true}.`;
}

function named(ids: readonly string[]): string {
  const shown = ids.slice(0, MOST_NAMED).join(', ');
  return ids.length > MOST_NAMED ? `${shown} and ${ids.length - MOST_NAMED} more` : shown;
}
