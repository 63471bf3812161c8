import { identityOf, isSameProcess } from './processIdentity.ts';

/**
 * What marks the processes of a broker: its pid and start time, so that any later broker, of this
 * home or another, can tell whether the owner still lives.
 */
export function ownerInstance(): string {
  const startTime = identityOf(process.pid)?.startTime ?? '';
  return `${process.pid}-${Buffer.from(startTime).toString('hex')}`;
}

/** Whether the broker in an owner mark (`<instance>:<upstream>`) may live; unknown marks may. */
export function isOwnerAlive(mark: string): boolean {
  const [, pidText, hex] = /^(\d+)-([0-9a-f]*):/.exec(mark) ?? [];
  if (pidText === undefined || hex === undefined) return true;
  const pid = Number(pidText);
  if (identityOf(pid) === null) return false;
  const startTime = hex === '' ? null : Buffer.from(hex, 'hex').toString();
  return isSameProcess({ pid, startTime, bootId: null }) !== 'dead';
}
