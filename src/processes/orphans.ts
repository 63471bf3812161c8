import { endOthers } from './endOthers.ts';
import { readLinuxTable } from './linuxProc.ts';
import { ancestryOf, isInOurNamespace } from './markedProcesses.ts';
import type { EndOutcome, ProcessIdentity } from './ownedProcess.ts';
import type { ProcessEntry } from './processEntry.ts';
import { bootId } from './processIdentity.ts';
import { ownerMarks } from './processTable.ts';

/** An orphan has nobody left to answer to; it gets what a guard would have given it. */
const ORPHAN_GRACE_MS = 300;

/**
 * Processes whose owner mark names an owner that is gone: those that had left their group, and so
 * outlived their guard (P13). Only Linux can find them. Never names ourselves or our ancestors.
 */
export function findOrphans(isOwnerAlive: (owner: string) => boolean): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  const table = readLinuxTable();
  const ours = ancestryOf(table, process.pid);
  const orphans: ProcessIdentity[] = [];
  for (const [{ pid, startTime }, owner] of ownerMarks(table, (entry) => !ours.has(entry.pid))) {
    if (isOwnerAlive(owner) || !isInOurNamespace(pid)) continue;
    orphans.push({ pid, startTime, bootId: bootId() });
  }
  return orphans;
}

/** Ends these, and what descends from them; of what we run in ourselves, nothing. */
export function endOrphans(orphans: readonly ProcessIdentity[]): Promise<EndOutcome> {
  const startTimes = new Map(orphans.map((orphan) => [orphan.pid, orphan.startTime]));
  const isOrphan = (entry: ProcessEntry) => startTimes.get(entry.pid) === entry.startTime;
  return endOthers((table) => [...table.values()].filter(isOrphan), ORPHAN_GRACE_MS);
}
