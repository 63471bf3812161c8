import { readdirSync, readFileSync } from 'node:fs';
import { ENV_OWNER } from '../common/product.ts';
import type { ProcessEntry, ProcessTable, TableBefore } from './processEntry.ts';

/** USER_HZ: what /proc counts in on every architecture, whatever the kernel's own HZ. */
const TICK_MS = 10;

/** PF_KTHREAD of the kernel. */
const KERNEL_THREAD = 0x200000;

const NUL = '\0';
const MARK = `${ENV_OWNER}=`;

/** What /proc/PID/stat tells. Start time is in ticks since boot. */
export interface ProcStat {
  readonly pid: number;
  readonly state: string;
  readonly ppid: number;
  readonly pgid: number;
  readonly session: number;
  readonly threads: number;
  readonly startTicks: string;
  readonly residentPages: number;
  readonly isKernelThread: boolean;
}

/** The name in parentheses may hold anything, parentheses and spaces included: count from its end. */
export function parseStat(text: string): ProcStat | null {
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  const [state, ppid, pgid, session] = fields;
  const startTicks = fields[19];
  if (nameEnd === -1 || state === undefined || startTicks === undefined) return null;
  return {
    pid: Number.parseInt(text, 10),
    state,
    ppid: Number(ppid),
    pgid: Number(pgid),
    session: Number(session),
    threads: Number(fields[17]),
    startTicks,
    residentPages: Number(fields[21]),
    isKernelThread: (Number(fields[6]) & KERNEL_THREAD) !== 0,
  };
}

/** `null` when there is no such process, or none that may be seen. */
export function readStat(pid: number): ProcStat | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  return text === null ? null : parseStat(text);
}

/** A zombie runs no more, unless it is the main thread of a process whose other threads go on. */
export function isLiving(stat: ProcStat): boolean {
  if (stat.state === 'X' || stat.state === 'x') return false;
  return stat.state !== 'Z' || stat.threads > 1;
}

export function readLinuxTable(before?: TableBefore): ProcessTable {
  const bootMs = bootWallMs();
  const read = new Set<number>();
  const table = new Map<number, ProcessEntry>();
  const readAll = () => {
    // The last first: who lives but for a moment is read within it.
    for (const pid of runningPids().reverse()) {
      if (read.has(pid)) continue;
      read.add(pid);
      const entry = knownFrom(before, pid) ?? readEntry(pid, bootMs);
      if (entry !== null) table.set(pid, entry);
    }
  };
  // The second time those that were born while the others were read.
  readAll();
  readAll();
  return table;
}

/** Of one that slept in the system not even the marks are known: it may be awake by now. */
function knownFrom(before: TableBefore | undefined, pid: number): ProcessEntry | undefined {
  if (before === undefined || before.stale.has(pid)) return undefined;
  const known = before.table.get(pid);
  return known?.state === 'D' ? undefined : known;
}

/** Mostly in the order of birth. */
export function runningPids(): number[] {
  return readdirSync('/proc').filter(isPid).map(Number);
}

function readEntry(pid: number, bootMs: number): ProcessEntry | null {
  const stat = readStat(pid);
  if (stat === null || stat.isKernelThread || !isLiving(stat)) return null;
  return entryOf(stat, bootMs);
}

/** The owner mark a process was started with; `null` also when its environment may not be read. */
export function readOwnerMark(pid: number): string | null {
  const environment = readEnvironment(pid);
  return environment === null ? null : ownerMarkIn(environment);
}

/** What a process was started with. Waits for one in uninterruptible sleep: do not ask of such. */
export function readEnvironment(pid: number): string | null {
  return readOrNull(`/proc/${pid}/environ`);
}

export function ownerMarkIn(environment: string): string | null {
  const start = environment.startsWith(MARK) ? 0 : environment.indexOf(NUL + MARK) + 1;
  if (start === 0 && !environment.startsWith(MARK)) return null;
  const end = environment.indexOf(NUL, start);
  return environment.slice(start + MARK.length, end === -1 ? undefined : end);
}

export function readBootId(): string | null {
  return readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? null;
}

function entryOf(stat: ProcStat, bootMs: number): ProcessEntry {
  const { pid, ppid, pgid, session, state, startTicks } = stat;
  const latestBirthMs = bootMs + (Number(startTicks) + 1) * TICK_MS;
  const residentBytes = residentBytesOf(stat);
  return { pid, ppid, pgid, session, state, startTime: startTicks, latestBirthMs, residentBytes };
}

export function residentBytesOf(stat: ProcStat): number {
  return stat.residentPages * pageBytes();
}

let knownPageBytes: number | undefined;

/** By what the same figure is in bytes for ourselves; rounded, since it moves meanwhile. */
function pageBytes(): number {
  if (knownPageBytes === undefined) {
    const pages = readStat(process.pid)?.residentPages ?? 0;
    const exact = pages > 0 ? Math.log2(process.memoryUsage.rss() / pages) : 12;
    knownPageBytes = 2 ** Math.round(exact);
  }
  return knownPageBytes;
}

/** Not `btime` of /proc/stat: that is whole seconds. */
function bootWallMs(): number {
  const uptimeSeconds = Number.parseFloat(readFileSync('/proc/uptime', 'utf8'));
  return Date.now() - uptimeSeconds * 1000;
}

function isPid(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 0x31 && first <= 0x39;
}

/** As UTF-8, whatever it holds: Node reads that in one call, others more slowly. */
export function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
