import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { ProcessEntry, ProcessTable } from './processEntry.ts';

/** Where there is no /proc (macOS): `ps`, with a fixed language and time zone, since start times
 * are compared as text and must not change when the person travels. */
const PS_OPTIONS = {
  encoding: 'utf8',
  env: { PATH: '/bin:/usr/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' },
  maxBuffer: 16 * 1024 * 1024,
  timeout: 5000,
} as const;

/** `ps` tells whole seconds. */
const SECOND_MS = 999;
const ROW = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\S)\S*\s+(\S.*)$/;
/** Its unit of memory. */
const KIBIBYTE = 1024;

const runFile = promisify(execFile);

export async function readPsTable(): Promise<ProcessTable> {
  return parsePsTable(await runPs('-axo', 'pid=,ppid=,pgid=,rss=,stat=,lstart='));
}

/** What `ps` prints; rejects where there is none, or it takes too long. */
export async function runPs(...args: readonly string[]): Promise<string> {
  return (await runFile('ps', args, PS_OPTIONS)).stdout;
}

export function parsePsTable(text: string): ProcessTable {
  const table = new Map<number, ProcessEntry>();
  for (const line of text.split('\n')) {
    const entry = parseRow(line);
    if (entry !== null && entry.state !== 'Z') table.set(entry.pid, entry);
  }
  return table;
}

/** Start time of one process, `null` when there is none. */
export function readPsStartTime(pid: number): string | null {
  const row = outputOf('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
  const match = /^\s*(\S)\S*\s+(\S.*)$/.exec(row ?? '');
  if (match === null || match[1] === 'Z') return null;
  return match[2]?.trim() ?? null;
}

/** An id of this boot, as /proc's boot_id. */
export function readSysctlBootId(): string | null {
  const id = outputOf('sysctl', ['-n', 'kern.bootsessionuuid'])?.trim();
  return id === undefined || id === '' ? null : id;
}

function parseRow(line: string): ProcessEntry | null {
  const match = ROW.exec(line);
  const [, pid, ppid, pgid, resident, state, start] = match ?? [];
  if (state === undefined || start === undefined) return null;
  const startTime = start.trim();
  return {
    pid: Number(pid),
    ppid: Number(ppid),
    pgid: Number(pgid),
    session: 0,
    state,
    startTime,
    latestBirthMs: Date.parse(`${startTime} UTC`) + SECOND_MS,
    residentBytes: Number(resident) * KIBIBYTE,
  };
}

function outputOf(command: string, args: readonly string[]): string | null {
  try {
    return execFileSync(command, args, { ...PS_OPTIONS, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return null;
  }
}
