import { setImmediate as nextTurn } from 'node:timers/promises';
import { readLinuxTable, readOrNull } from './linuxProc.ts';
import type { ProcessIdentity } from './ownedProcess.ts';
import { namespaceOf, ownerOf } from './ownerOf.ts';
import type { ProcessTable } from './processEntry.ts';
import { bootId } from './processIdentity.ts';

/** A living process with an owner mark. */
export interface MarkedProcess {
  readonly identity: ProcessIdentity;
  readonly owner: string;
  /** The program's short name, for people: never its arguments, which may hold secrets. */
  readonly name: string;
}

/** Environments are slow to read: others get a turn after so many. */
const AT_ONCE = 32;

/**
 * Every process that carries an owner mark, whoever the owner is; never ourselves or our ancestors.
 * Only Linux lets us read environments: elsewhere there are none.
 */
export async function findMarked(): Promise<MarkedProcess[]> {
  if (process.platform !== 'linux') return [];
  const table = readLinuxTable();
  const ours = ancestryOf(table, process.pid);
  const found: MarkedProcess[] = [];
  let read = 0;
  for (const entry of table.values()) {
    const { pid, startTime } = entry;
    if (ours.has(pid)) continue;
    read += 1;
    if (read % AT_ONCE === 0) await nextTurn();
    const owner = ownerOf(entry);
    if (owner === null || !isInOurNamespace(pid)) continue;
    found.push({ identity: { pid, startTime, bootId: bootId() }, owner, name: nameOf(pid) });
  }
  return found;
}

/** The process and all above it. */
export function ancestryOf(table: ProcessTable, from: number): ReadonlySet<number> {
  const line = new Set<number>();
  for (let pid: number | undefined = from; pid !== undefined && !line.has(pid); ) {
    line.add(pid);
    pid = table.get(pid)?.ppid;
  }
  return line;
}

/**
 * Whether a mark can be read as it was meant: in a container the pids in it are others, and its owner
 * would seem dead from here. What cannot be told is taken for ours.
 */
export function isInOurNamespace(pid: number): boolean {
  const theirs = namespaceOf(pid);
  return theirs === null || theirs === namespaceOf('self');
}

function nameOf(pid: number): string {
  return readOrNull(`/proc/${pid}/comm`)?.trim() ?? '?';
}
