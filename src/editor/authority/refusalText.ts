import type { WorkRefusal, WorkScope } from '../../brokerApi/workRefusal.ts';
import { l10n } from '../l10n.ts';
import { oneLine } from '../view/plainText.ts';
import { isLiftable } from './windowRefusals.ts';

/** What a refusal says of itself, whoever wrote it. */
const NOTE_LENGTH = 200;

/** What a scope covers, as a title. */
export function scopeText(scope: WorkScope, workspaceId: string | null): string {
  switch (scope.kind) {
    case 'everything':
      return l10n.t('Every server, in every window');
    case 'workspace':
      return scope.workspace === workspaceId
        ? l10n.t('This workspace')
        : l10n.t('Another workspace');
    case 'route':
      if (scope.workspace === undefined) {
        return l10n.t('Server “{0}” of every workspace', oneLine(scope.route, 40));
      }
      return scope.workspace === workspaceId
        ? l10n.t('Server “{0}”', oneLine(scope.route, 40))
        : l10n.t('Server “{0}” of another workspace', oneLine(scope.route, 40));
    case 'conversation':
      return l10n.t('One chat');
  }
}

/** Who refuses since when, and why: `refused by you since 10:20: too many builds`. */
export function refusalText(refusal: WorkRefusal, formatTime: (ms: number) => string): string {
  const since = formatTime(Date.parse(refusal.since));
  const text = l10n.t('Refused by {0} since {1}', byText(refusal), since);
  const note = oneLine(refusal.note ?? '', NOTE_LENGTH);
  return note === '' ? text : `${text}: ${note}`;
}

function byText({ by, client }: WorkRefusal): string {
  const program = client === null ? '' : ` (${oneLine(client, 40)})`;
  switch (by) {
    case 'user':
      return l10n.t('you');
    case 'admin':
      return client === null
        ? l10n.t('an administrator')
        : l10n.t('{0} (administrator)', oneLine(client, 60));
    case 'supervisor':
      return `${l10n.t('a supervisor')}${program}`;
    case 'agent':
      return `${l10n.t('an agent')}${program}`;
    case 'policy':
      return l10n.t('a rule');
  }
}

/** The few words that a status bar has room for; nothing where nothing is refused. */
export function refusedLabel(refusals: readonly WorkRefusal[]): string | undefined {
  const [first] = refusals;
  if (first === undefined) return undefined;
  const isWhole = ({ scope }: WorkRefusal) =>
    scope.kind === 'everything' || scope.kind === 'workspace';
  if (refusals.some(isWhole)) return l10n.t('New work refused');
  if (refusals.length > 1) return l10n.t('New work refused in part');
  return first.scope.kind === 'route'
    ? l10n.t('New work refused: {0}', oneLine(first.scope.route, 30))
    : l10n.t('New work refused in one chat');
}

/** A whole sentence that also says what to do, for the view. */
export function refusedSentence(refusals: readonly WorkRefusal[]): string {
  const label = refusedLabel(refusals);
  if (label === undefined) return '';
  if (!refusals.some(isLiftable)) {
    return l10n.t(
      '{0}, by an administrator. “Show Administrator’s Locks” in the ⋯ menu of this view says more.',
      label,
    );
  }
  return l10n.t(
    '{0}: agents’ calls are turned away until you choose “Accept New Work” above.',
    label,
  );
}

/** What accepting did; `left` is refused all the same. */
export function acceptedText(lifted: readonly WorkRefusal[], left: readonly WorkRefusal[]): string {
  if (left.some((refusal) => !isLiftable(refusal))) {
    return l10n.t('An administrator still refuses new work.');
  }
  if (lifted.length === 0) return l10n.t('Nothing was refused any more.');
  return left.length > 0
    ? l10n.t('New work is accepted, but for what is refused still.')
    : l10n.t('New work is accepted again.');
}
