import type { ProcessEntry, ProcessTable } from './processEntry.ts';
import { descendantsOf, membersOfGroup, membersOfSession } from './processTable.ts';

/**
 * Who descends from an upstream, from table to table: a process that was seen below it stays known
 * when its parent has gone, and with it its session and group, in which a daemon may hide whose own
 * parents came and went between two tables. Holds only what lived in the last table.
 */
export class TreeMemory {
  #known = new Map<number, ProcessEntry>();

  /** `root`: the upstream's pid as long as it is the upstream's, else `null`. */
  update(table: ProcessTable, root: number | null): ProcessEntry[] {
    const found = new Map<number, ProcessEntry>();
    for (const { pid, startTime } of this.#known.values()) {
      const now = table.get(pid);
      if (now?.startTime === startTime) found.set(pid, now);
    }
    for (const entry of this.#strays(table, found)) found.set(entry.pid, entry);
    const roots = root === null ? [] : [root];
    for (const entry of descendantsOf(table, ...roots, ...found.keys())) {
      found.set(entry.pid, entry);
    }
    if (root !== null) found.delete(root);
    this.#known = found;
    return [...found.values()];
  }

  /** In sessions and groups of those known before: nobody can enter either from outside. */
  #strays(table: ProcessTable, living: ReadonlyMap<number, ProcessEntry>): ProcessEntry[] {
    const ours = table.get(process.pid);
    const strays: ProcessEntry[] = [];
    for (const id of this.#idsOfGroups()) {
      const isTaken = table.has(id) && !living.has(id);
      if (isTaken || id === 0 || id === ours?.session || id === ours?.pgid) continue;
      strays.push(...membersOfSession(table, id), ...membersOfGroup(table, id));
    }
    return strays;
  }

  #idsOfGroups(): Set<number> {
    const ids = new Set<number>();
    for (const { pid, pgid, session } of this.#known.values()) ids.add(pid).add(pgid).add(session);
    return ids;
  }
}
