import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';

const AT_ONCE = 64;
const PS_OPTIONS = { maxBuffer: 16 * 1024 * 1024, timeout: 5_000 } as const;

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
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    if (lines.length % AT_ONCE === 0) await nextTurn();
    try {
      lines.push(readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' '));
    } catch {
      // Gone meanwhile, or not to be seen.
    }
  }
  return lines;
}

async function readFromPs(): Promise<string[] | null> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-axwwo', 'args='], PS_OPTIONS);
    return stdout.split('\n');
  } catch {
    return null;
  }
}
