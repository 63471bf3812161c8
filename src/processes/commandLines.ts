import { setImmediate as nextTurn } from 'node:timers/promises';
import { readOrNull, runningPids } from './linuxProc.ts';
import { runPs } from './psTable.ts';

const AT_ONCE = 64;

/**
 * The command lines of what runs, one for each process, as far as they may be seen; `null` where the
 * platform does not tell. For looking something up in them only: they may hold secrets.
 */
export async function readCommandLines(): Promise<string[] | null> {
  if (process.platform === 'win32') return null;
  return process.platform === 'linux' ? await readFromProc() : await readFromPs();
}

async function readFromProc(): Promise<string[]> {
  const lines: string[] = [];
  for (const pid of runningPids()) {
    if (lines.length % AT_ONCE === 0) await nextTurn();
    const line = readOrNull(`/proc/${pid}/cmdline`);
    if (line !== null) lines.push(line.replaceAll('\0', ' '));
  }
  return lines;
}

async function readFromPs(): Promise<string[] | null> {
  const text = await runPs('-axwwo', 'args=').catch(() => null);
  return text?.split('\n') ?? null;
}
