import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import type { KillChoice } from './killScopes.ts';
import { listOf, type Question } from './revokeWords.ts';

export interface KillPlan {
  readonly choice: KillChoice;
  /** What is not meant, and ends because it shares a server process. */
  readonly alsoEnds: readonly TaskRow[];
  /** `false`: the broker is older and ends work only. */
  readonly canRefuse: boolean;
}

export interface KillQuestion extends Question {
  /** The button that does it. */
  readonly answer: string;
}

/** P7: in plain words what ends, and what holds from then on. */
export function killQuestion(plan: KillPlan): KillQuestion {
  const { choice, alsoEnds, canRefuse } = plan;
  const parts = [
    choice.live.length === 0 ? '' : endsText(plan),
    alsoEnds.length === 0
      ? ''
      : l10n.t('These share a server process with them, and end too:\n{0}', listOf(alsoEnds)),
    canRefuse ? refusesText(choice) : '',
  ];
  return {
    message: `${choice.label}: ${doesText(plan)}`,
    detail: parts.filter((part) => part !== '').join('\n\n'),
    answer: answerOf(plan),
  };
}

function doesText({ choice: { live }, canRefuse }: KillPlan): string {
  if (live.length === 0) return l10n.t('refuse new work?');
  if (!canRefuse) return l10n.t('revoke {0} running agent tasks?', live.length);
  return live.length === 1
    ? l10n.t('revoke the 1 running agent task, and refuse new work?')
    : l10n.t('revoke all {0} running agent tasks, and refuse new work?', live.length);
}

function endsText({ choice: { live } }: KillPlan): string {
  return l10n.t('Their processes are ended. This cannot be undone:\n{0}', listOf(live));
}

function refusesText({ scope }: KillChoice): string {
  return scope.kind === 'everything'
    ? l10n.t(
        'From then on every call of a tracked server is refused, and the agent is told why: in every window, also after a restart, until you choose “Accept New Work”.',
      )
    : l10n.t(
        'From then on its calls are refused, and the agent is told why: also after a restart, until you choose “Accept New Work”.',
      );
}

function answerOf({ choice: { live }, canRefuse }: KillPlan): string {
  if (!canRefuse) return l10n.t('Revoke All');
  return live.length === 0 ? l10n.t('Refuse New Work') : l10n.t('Revoke All and Refuse');
}

/** P7: a refusal that no disk holds is gone with the broker, and the person believes that it is not. */
export function unwrittenText(): string {
  return l10n.t(
    'New work is refused, but the disk does not take that: it holds only while this broker runs, which tries again. Make room.',
  );
}

/** One line on what the kill switch did. */
export function killedText(revoked: number, isRefused: boolean): string {
  if (revoked === 0 && isRefused) return l10n.t('New work is refused.');
  const done =
    revoked === 1 ? l10n.t('1 agent task revoked.') : l10n.t('{0} agent tasks revoked.', revoked);
  return isRefused ? `${done} ${l10n.t('New work is refused.')}` : done;
}
