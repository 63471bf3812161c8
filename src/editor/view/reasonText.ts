import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { megabytesOf } from '../../common/megabytes.ts';
import { l10n } from '../l10n.ts';

type Reason = NonNullable<TaskRow['reason']>;

/** Why a task has no result of its own, for people: what happened, how far it went, what was noted. */
export function reasonText({ code, by, level, note, freed }: Reason): string {
  // Where a server was only asked, the broker's note says so at more length.
  const isSaid = level === undefined || (level === 'cooperative' && note !== undefined);
  const ended = isSaid ? undefined : levelText(level);
  const freeing = freed === undefined || isSaid ? undefined : freedText(freed);
  const how = freeing === undefined ? ended : `${ended}: ${freeing}`;
  const parts = [causeText(code, by), how, note];
  return parts.filter((part) => part !== undefined).join('; ');
}

/** What a revocation did to the processes. A server that was asked may not obey. */
export function levelText(level: Reason['level'] | null): string {
  switch (level) {
    case 'cooperative':
      return l10n.t('its server was asked to stop');
    case 'descendants':
      return l10n.t('its own processes were ended');
    case 'terminated':
      return l10n.t('its server process was ended');
    case 'killed':
      return l10n.t('its server process was killed');
    default:
      return l10n.t('nothing was left to stop');
  }
}

/** What an ending gave back: `12 processes, 340 MB`. */
export function freedText({ processes, memoryBytes }: NonNullable<Reason['freed']>): string {
  const count =
    processes === 1 ? l10n.t('1 process ended') : l10n.t('{0} processes ended', processes);
  if (memoryBytes === null) return count;
  return l10n.t('{0}, {1} MB freed', count, megabytesOf(memoryBytes));
}

function causeText(code: Reason['code'], by: Reason['by']): string {
  switch (code) {
    case 'revoked':
      return l10n.t('revoked by {0}', doorText(by));
    case 'cancelled':
      return l10n.t('cancelled by {0}', doorText(by));
    case 'idle_timeout':
      return l10n.t('no progress for too long');
    case 'total_timeout':
      return l10n.t('it took longer than allowed');
    case 'upstream_exit':
      return l10n.t('its server exited');
    case 'rpc_error':
      return l10n.t('its server answered with an error');
    default:
      return l10n.t('lost');
  }
}

function doorText(by: Reason['by']): string {
  if (by === 'user') return l10n.t('you');
  if (by === 'agent') return l10n.t('the agent');
  return by;
}
