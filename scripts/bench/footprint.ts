import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Resident memory of a process in MB; `null` where it cannot be told. */
export function residentMb(pid: number): number | null {
  try {
    const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
    return Number(kilobytes.trim()) / 1024;
  } catch {
    return null;
  }
}

/** Sizes of the bundles in KB, by file name. */
export function bundleSizes(distFolder: string): Record<string, number> {
  const files = readdirSync(distFolder).filter((name) => name.endsWith('.js'));
  return Object.fromEntries(
    files.map((name) => [name, statSync(join(distFolder, name)).size / 1024]),
  );
}
