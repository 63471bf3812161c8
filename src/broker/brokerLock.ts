import { existsSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import {
  hasEnded,
  highestNumber,
  type LockOwner,
  linkLock,
  lockPath,
  noteEnded,
  pruneLocks,
  readOwner,
} from '../brokerApi/lockFolder.ts';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import type { ProcessIdentity } from '../processes/ownedProcess.ts';
import { identityOf, isSameProcess, type Liveness } from '../processes/processIdentity.ts';

export interface LockOptions {
  readonly folder: string;
  readonly host?: string;
  readonly identity?: ProcessIdentity | null;
  readonly livenessOf?: (identity: ProcessIdentity) => Liveness;
}

/** `held`: a living broker owns the home, which is no failure. */
export type LockOutcome =
  | { readonly kind: 'acquired'; readonly lock: BrokerLock }
  | { readonly kind: 'held'; readonly pid: number };

/** More lost races in a row than there can be starters. */
const MOST_RACES = 1000;

/**
 * The one-writer lock: a number that only rises, taken by an atomic link of a file that names its
 * owner. A successor takes the next number only when the owner is provably dead; time proves
 * nothing, since a stopped broker still owns.
 */
export class BrokerLock {
  readonly #folder: string;

  private constructor(
    folder: string,
    readonly owner: LockOwner,
  ) {
    this.#folder = folder;
  }

  /** Throws `lock_held` when nobody can tell whether the owner lives. */
  static acquire(options: LockOptions): LockOutcome {
    const { folder } = options;
    for (let race = 0; race < MOST_RACES; race++) {
      const highest = highestNumber(folder);
      const holder = livingHolder(options, highest);
      if (holder !== undefined) return { kind: 'held', pid: holder };
      const owner = newOwner(options, highest + 1);
      if (linked(folder, owner) && isHighest(folder, owner.number)) {
        pruneLocks(folder, owner.number);
        return { kind: 'acquired', lock: new BrokerLock(folder, owner) };
      }
    }
    throw new TaskHandlesError('lock_held', `The lock in ${folder} changes hands too fast.`);
  }

  /**
   * Whether somebody else may write now: the next number exists, or ours is gone. Cheap enough to
   * ask before each write.
   */
  isSuperseded(): boolean {
    const { number } = this.owner;
    return (
      existsSync(lockPath(this.#folder, number + 1)) || !existsSync(lockPath(this.#folder, number))
    );
  }

  /** The very last thing a broker does: from here on a successor may write. */
  release(): void {
    try {
      noteEnded(this.#folder, this.owner.number);
    } catch {
      // Only spares the successor its proof: our death proves the same.
    }
  }
}

/** The pid of the owner when it lives; `undefined` when there is none or it is provably dead. */
function livingHolder(options: LockOptions, number: number): number | undefined {
  if (number === 0 || hasEnded(options.folder, number)) return undefined;
  const owner = readOwner(options.folder, number);
  // Gone since it was listed: taken back by a starter that had lost.
  if (owner === null) return undefined;
  const path = lockPath(options.folder, number);
  if (owner === undefined) throw held(`The lock file ${path} is not readable as one of ours`, path);
  if (owner.host !== (options.host ?? hostname())) {
    throw held(`A broker on ${owner.host} (pid ${owner.pid}) owns this home`, path);
  }
  const liveness = (options.livenessOf ?? isSameProcess)(owner);
  if (liveness === 'dead') return undefined;
  if (liveness === 'alive') return owner.pid;
  throw held(`Process ${owner.pid} may be the broker that owns this home`, path);
}

function held(fact: string, path: string): TaskHandlesError {
  return new TaskHandlesError(
    'lock_held',
    `${fact}; if you are sure that no broker uses it, delete ${path}.`,
  );
}

function newOwner(options: LockOptions, number: number): LockOwner {
  const identity = options.identity ?? identityOf(process.pid);
  return {
    pid: process.pid,
    startTime: null,
    bootId: null,
    ...identity,
    host: options.host ?? hostname(),
    number,
    startedAt: new Date().toISOString(),
  };
}

function linked(folder: string, owner: LockOwner): boolean {
  try {
    return linkLock(folder, owner);
  } catch (error) {
    throw new TaskHandlesError(
      'lock_held',
      `No lock can be made in ${folder} (${messageOf(error)}); the home must be on a disk with hard links and free space.`,
      { cause: error },
    );
  }
}

/** Looks again after linking: a starter that slept through several owners takes a number too low. */
function isHighest(folder: string, number: number): boolean {
  if (highestNumber(folder) === number) return true;
  rmSync(lockPath(folder, number), { force: true });
  return false;
}
