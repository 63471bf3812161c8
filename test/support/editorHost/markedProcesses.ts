import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** An environment variable that everything of one run inherits, however far it is detached. */
export interface Mark {
  readonly name: string;
  readonly value: string;
}

export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly startTicks: number;
  readonly command: string;
  readonly environment: string;
}

/** VS Code's server ignores SIGTERM while a window is open. */
const TERM_GRACE_MS = 1500;
const KILL_DEADLINE_MS = 20_000;
const POLL_MS = 50;

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** `undefined` when the process is gone; a zombie counts as gone. */
export function processFacts(pid: number): ProcessFacts | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const [state, parent, group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (stat === '' || state === 'Z' || state === 'X') return undefined;
  const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
  const environment = `\0${read(`/proc/${pid}/environ`)}`;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    startTicks: Number(rest[16]),
    command,
    environment,
  };
}

/** Where there is no `/proc`, nothing is found: only Linux has the server build. */
export function allProcesses(): ProcessFacts[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processFacts(Number(name)) ?? []);
}

function isMarked(facts: ProcessFacts, mark: Mark): boolean {
  return facts.environment.includes(`\0${mark.name}=${mark.value}\0`);
}

/** Every living process that carries the mark or descends from one that does; never ourselves. */
export function markedProcesses(mark: Mark): ProcessFacts[] {
  const all = allProcesses();
  const found = new Set(all.filter((facts) => isMarked(facts, mark)).map(({ pid }) => pid));
  found.delete(process.pid);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid) && pid !== process.pid);
}

/** The process and everything below it. */
export function processTree(root: number): ProcessFacts[] {
  const all = allProcesses();
  const found = new Set([root]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid));
}

/** Whether this very process lives: a later one with the same pid is another. */
export function isSameProcess({ pid, startTicks }: ProcessFacts): boolean {
  return processFacts(pid)?.startTicks === startTicks;
}

function signal(processes: readonly ProcessFacts[], name: NodeJS.Signals): void {
  for (const facts of processes) {
    try {
      if (isSameProcess(facts)) process.kill(facts.pid, name);
    } catch {
      // Gone between the look and the signal.
    }
  }
}

/** For the last moment of a process, where nothing can be awaited. */
export function killMarked(mark: Mark): void {
  signal(markedProcesses(mark), 'SIGKILL');
}

async function waitUntilGone(mark: Mark, deadlineMs: number): Promise<ProcessFacts[]> {
  const deadline = Date.now() + deadlineMs;
  let left = markedProcesses(mark);
  while (left.length > 0 && Date.now() < deadline) {
    await delay(POLL_MS);
    left = markedProcesses(mark);
  }
  return left;
}

/** Ends everything with the mark, politely first; tells what would not go. */
export async function endMarked(mark: Mark): Promise<ProcessFacts[]> {
  signal(markedProcesses(mark), 'SIGTERM');
  if ((await waitUntilGone(mark, TERM_GRACE_MS)).length === 0) return [];
  killMarked(mark);
  return waitUntilGone(mark, KILL_DEADLINE_MS);
}
