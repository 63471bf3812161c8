import { systemCodeOf } from '../common/errors.ts';
import { isLiving, readBootId, readStat } from './linuxProc.ts';
import type { ProcessIdentity } from './ownedProcess.ts';
import { readPsStartTime, readSysctlBootId } from './psTable.ts';

/** `unknown`: a process with this pid runs, but nothing proves that it is the same one. */
export type Liveness = 'alive' | 'dead' | 'unknown';

let knownBootId: string | null | undefined;

/** `null` when no such process lives (zombies do not). */
export function identityOf(pid: number): ProcessIdentity | null {
  if (!exists(pid)) return null;
  const startTime = startTimeOf(pid);
  if (startTime === null && tellsStartTimes(pid)) return null;
  return { pid, startTime, bootId: bootId() };
}

export function isSameProcess(identity: ProcessIdentity): Liveness {
  const current = bootId();
  if (identity.bootId !== null && current !== null && identity.bootId !== current) return 'dead';
  if (!exists(identity.pid)) return 'dead';
  if (identity.startTime === null) return 'unknown';
  const startTime = startTimeOf(identity.pid);
  if (startTime !== null) return startTime === identity.startTime ? 'alive' : 'dead';
  return tellsStartTimes(identity.pid) ? 'dead' : 'unknown';
}

export function bootId(): string | null {
  if (knownBootId === undefined) knownBootId = readPlatformBootId();
  return knownBootId;
}

function readPlatformBootId(): string | null {
  if (process.platform === 'linux') return readBootId();
  return process.platform === 'win32' ? null : readSysctlBootId();
}

function startTimeOf(pid: number): string | null {
  if (process.platform === 'win32') return null;
  if (process.platform !== 'linux') return readPsStartTime(pid);
  const stat = readStat(pid);
  return stat !== null && isLiving(stat) ? stat.startTicks : null;
}

/**
 * Whether a missing start time means a missing process: a /proc that hides other users' processes
 * proves nothing about them, and one that is not mounted shows not even ourselves.
 */
function tellsStartTimes(pid: number): boolean {
  return maySignal(pid) !== false && startTimeOf(process.pid) !== null;
}

function exists(pid: number): boolean {
  return maySignal(pid) !== undefined;
}

/** `undefined`: no such process; `false`: another user's. */
function maySignal(pid: number): boolean | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) === 'EPERM' ? false : undefined;
  }
}
