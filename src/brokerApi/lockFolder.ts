import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemCodeOf } from '../common/errors.ts';
import { isJsonObject, parseJson, stringOr } from '../common/json.ts';

/** Who owns (or owned) a home: enough to prove that it is dead, and where it must be looked for. */
export interface LockOwner {
  readonly pid: number;
  /** Opaque: with the pid it tells this process from a later one. */
  readonly startTime: string | null;
  readonly bootId: string | null;
  readonly host: string;
  readonly number: number;
  readonly startedAt: string;
}

/** Files far below the highest number; a broker that still looks at them knows it has lost. */
const KEPT_NUMBERS = 16;
const STALE_TEMPORARY_MS = 3_600_000;
const LOCK_NAME = /^broker\.([1-9][0-9]{0,14})\.(?:lock|ended)$/;

/** The file of the owner with this number. */
export function lockPath(folder: string, number: number): string {
  return join(folder, `broker.${number}.lock`);
}

function endedPath(folder: string, number: number): string {
  return join(folder, `broker.${number}.ended`);
}

/** The highest number ever taken that is still on disk; 0 when there is none. */
export function highestNumber(folder: string): number {
  return Math.max(0, ...numbersIn(folder, '.lock').map(({ number }) => number));
}

function numbersIn(folder: string, ending: string): { name: string; number: number }[] {
  return readdirSync(folder).flatMap((name) => {
    const number = Number(LOCK_NAME.exec(name)?.[1]);
    return name.endsWith(ending) && number > 0 ? [{ name, number }] : [];
  });
}

/** `undefined` when the file is not readable as one of ours; `null` when it is gone. */
export function readOwner(folder: string, number: number): LockOwner | undefined | null {
  let text: string;
  try {
    text = readFileSync(lockPath(folder, number), 'utf8');
  } catch (error) {
    return systemCodeOf(error) === 'ENOENT' ? null : undefined;
  }
  const value = parseJson(text);
  if (!isJsonObject(value)) return undefined;
  const { pid, startTime, bootId, host, startedAt } = value;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (typeof host !== 'string') return undefined;
  return {
    pid,
    startTime: stringOr(startTime, null),
    bootId: stringOr(bootId, null),
    host,
    number,
    startedAt: stringOr(startedAt, ''),
  };
}

/** Makes the lock file whole or not at all; `false` when somebody else has the number. */
export function linkLock(folder: string, owner: LockOwner): boolean {
  const temporary = join(folder, `.${process.pid}.${owner.number}.tmp`);
  const descriptor = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(descriptor, `${JSON.stringify(owner)}\n`);
    fsyncSync(descriptor);
    linkSync(temporary, lockPath(folder, owner.number));
    return true;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    closeSync(descriptor);
    rmSync(temporary, { force: true });
  }
}

/** A note that the owner has ended cleanly: proof of death on any host and after any rename. */
export function noteEnded(folder: string, number: number): void {
  writeFileSync(endedPath(folder, number), '', { mode: 0o600 });
}

/** Whether the owner with this number has said that it ended. */
export function hasEnded(folder: string, number: number): boolean {
  return existsSync(endedPath(folder, number));
}

/** Clears what nobody can need any more. Never the highest number: it is the lock. */
export function pruneLocks(folder: string, highest: number): void {
  for (const name of readdirSync(folder)) {
    const number = Number(LOCK_NAME.exec(name)?.[1]);
    const isOld = number <= highest - KEPT_NUMBERS;
    if (isOld || (name.endsWith('.tmp') && isStale(join(folder, name)))) {
      rmSync(join(folder, name), { force: true });
    }
  }
}

function isStale(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > STALE_TEMPORARY_MS;
}
