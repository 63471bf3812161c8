import { endOthers } from './endOthers.ts';
import type { EndOutcome, ProcessIdentity } from './ownedProcess.ts';
import type { ProcessEntry, ProcessTable } from './processEntry.ts';
import { bootId, isSameProcess } from './processIdentity.ts';
import { membersOfGroup, ownerMarks } from './processTable.ts';
import { taskkill } from './windowsTree.ts';

/** Which trees, asked again at each look: their owner may be starting others still. */
export interface TreesToEnd {
  /** Their roots, as they were recorded; each leads a group of its own. */
  roots(): readonly ProcessIdentity[];
  /** Whether a process with this owner mark is one of theirs. */
  isTheirs(mark: string): boolean;
}

/**
 * Ends trees that other processes own, at once and by force, guards included: by the identity of
 * their roots, by group, by descent, and on Linux by owner mark. Bounded. Spares ourselves and what
 * we descend from: those are told as survivors.
 */
export async function endTrees(trees: TreesToEnd): Promise<EndOutcome> {
  if (process.platform === 'win32') return await endOnWindows(trees.roots());
  return await endOthers((table) => selectTrees(table, trees), 0);
}

function selectTrees(table: ProcessTable, trees: TreesToEnd): ProcessEntry[] {
  const boot = bootId();
  const roots = trees.roots().filter((root) => root.bootId === null || root.bootId === boot);
  const living = roots.flatMap(({ pid, startTime }) => {
    const entry = table.get(pid);
    return entry !== undefined && entry.startTime === startTime ? [entry] : [];
  });
  const members = living.flatMap(({ pid }) => membersOfGroup(table, pid));
  const marked = [...ownerMarks(table)].flatMap(([entry, mark]) =>
    trees.isTheirs(mark) ? [entry] : [],
  );
  return [...living, ...members, ...marked];
}

async function endOnWindows(roots: readonly ProcessIdentity[]): Promise<EndOutcome> {
  await Promise.all(roots.map(({ pid }) => taskkill(pid, ['/F'])));
  const left = roots.filter((root) => isSameProcess(root) !== 'dead').map(({ pid }) => pid);
  const ended = roots.length - left.length;
  return { level: 'killed', ended, memoryBytes: null, survivors: left, stuck: [] };
}
