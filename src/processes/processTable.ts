import { isLiving, readLinuxTable, readStat } from './linuxProc.ts';
import { ownerOf } from './ownerOf.ts';
import type { ProcessEntry, ProcessTable, TableBefore } from './processEntry.ts';
import { readPsTable } from './psTable.ts';

const NO_PROCESSES: ProcessTable = new Map();

/** A snapshot of what lives now. Empty on Windows, where trees are ended by the system's own tool. */
export async function readProcessTable(before?: TableBefore): Promise<ProcessTable> {
  if (process.platform === 'linux') return readLinuxTable(before);
  return process.platform === 'win32' ? NO_PROCESSES : await readPsTable();
}

/** Children of the roots, their children, and so on; the roots themselves not included. */
export function descendantsOf(table: ProcessTable, ...roots: readonly number[]): ProcessEntry[] {
  const { childrenOf } = indexOf(table);
  const found: ProcessEntry[] = [];
  const visited = new Set(roots);
  for (const pid of visited) {
    for (const child of childrenOf.get(pid) ?? []) {
      if (!visited.has(child.pid)) found.push(child);
      visited.add(child.pid);
    }
  }
  return found;
}

export function membersOfGroup(table: ProcessTable, pgid: number): readonly ProcessEntry[] {
  return indexOf(table).membersOf.get(pgid) ?? [];
}

export function membersOfSession(table: ProcessTable, session: number): readonly ProcessEntry[] {
  return indexOf(table).inSession.get(session) ?? [];
}

interface TableIndex {
  readonly childrenOf: ReadonlyMap<number, ProcessEntry[]>;
  readonly membersOf: ReadonlyMap<number, ProcessEntry[]>;
  readonly inSession: ReadonlyMap<number, ProcessEntry[]>;
}

/** Many trees look into one table. */
const indexes = new WeakMap<ProcessTable, TableIndex>();

function indexOf(table: ProcessTable): TableIndex {
  const known = indexes.get(table);
  if (known !== undefined) return known;
  const index = {
    childrenOf: grouped(table, ({ ppid }) => ppid),
    membersOf: grouped(table, ({ pgid }) => pgid),
    inSession: grouped(table, ({ session }) => session),
  };
  indexes.set(table, index);
  return index;
}

function grouped(
  table: ProcessTable,
  idOf: (entry: ProcessEntry) => number,
): Map<number, ProcessEntry[]> {
  const groups = new Map<number, ProcessEntry[]>();
  for (const entry of table.values()) {
    const id = idOf(entry);
    const members = groups.get(id);
    if (members === undefined) groups.set(id, [entry]);
    else members.push(entry);
  }
  return groups;
}

/**
 * Every process with an owner mark, whoever the owner is, but for ourselves. Only Linux lets us read
 * environments, and that is the slow part: `isCandidate` leaves out what need not be read.
 */
export function* ownerMarks(
  table: ProcessTable,
  isCandidate: (entry: ProcessEntry) => boolean = () => true,
): Generator<[ProcessEntry, string]> {
  if (process.platform !== 'linux') return;
  for (const entry of table.values()) {
    if (entry.pid === process.pid || !isCandidate(entry)) continue;
    const mark = ownerOf(entry);
    if (mark !== null) yield [entry, mark];
  }
}

/** Those of the entries that still live, each told by pid and start time, in their present state. */
export async function stillLiving(entries: readonly ProcessEntry[]): Promise<ProcessEntry[]> {
  if (process.platform === 'linux') return entries.flatMap((entry) => livingOnLinux(entry) ?? []);
  if (entries.length === 0) return [];
  const table = await readProcessTable();
  return entries.flatMap((entry) => (isIn(table, entry) ? (table.get(entry.pid) ?? []) : []));
}

/** At once, right before a signal: where nothing tells it so soon, the last table must do. */
export function livesStill(entry: ProcessEntry): boolean {
  return process.platform !== 'linux' || livingOnLinux(entry) !== null;
}

export function isIn(table: ProcessTable, entry: ProcessEntry): boolean {
  return table.get(entry.pid)?.startTime === entry.startTime;
}

function livingOnLinux(entry: ProcessEntry): ProcessEntry | null {
  const stat = readStat(entry.pid);
  if (stat === null || stat.startTicks !== entry.startTime || !isLiving(stat)) return null;
  return { ...entry, state: stat.state };
}
