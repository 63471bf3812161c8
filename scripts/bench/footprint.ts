import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
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

/**
 * The time of `activate()`, which only a real editor can tell: its test leaves
 * `{"samplesMs": [number, …]}` in `out/bench/activate.json`. `null` when it has not run.
 */
export function activateSamplesMs(outFolder: string): number[] | null {
  const file = join(outFolder, 'activate.json');
  if (!existsSync(file)) return null;
  const { samplesMs }: { samplesMs?: unknown } = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(samplesMs) || samplesMs.length === 0) return null;
  return samplesMs.map(Number);
}
