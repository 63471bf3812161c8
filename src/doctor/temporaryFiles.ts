import type { Dirent } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../brokerApi/finding.ts';
import { messageOf, systemCodeOf } from '../common/errors.ts';
import { type Look, mendable } from './examination.ts';

/** Whoever writes a file is done with it long before. */
const STALE_MS = 3_600_000;
/** `records/WORKSPACE/results`: deeper we keep nothing. */
const DEEPEST = 3;

/** Files that were being written when their writer died: they are never read. */
export async function temporaryFiles(look: Look): Promise<readonly Finding[]> {
  const { root } = look.paths;
  const found: string[] = [];
  try {
    await collect(root, 0, found);
  } catch (error) {
    const why = `It cannot be looked at: ${messageOf(error)}.`;
    return [{ kind: 'stray_file', what: root, why, outcome: 'cannot' }];
  }
  return await strays(found, look);
}

/** One finding for each. */
async function strays(found: readonly string[], look: Look): Promise<Finding[]> {
  const why = 'Its writer died before it was whole; nothing reads it.';
  const findings: Finding[] = [];
  for (const path of found) {
    const stray = { kind: 'stray_file', what: path, why } as const;
    findings.push(await mendable(stray, look, () => rm(path, { recursive: true, force: true })));
  }
  return findings;
}

async function collect(folder: string, depth: number, found: string[]): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (isTemporary(entry)) {
      if (await isStale(path)) found.push(path);
    } else if (entry.isDirectory() && depth < DEEPEST) await collect(path, depth + 1, found);
  }
}

function isTemporary(entry: Dirent): boolean {
  return entry.name.endsWith('.tmp') && (entry.isFile() || entry.isDirectory());
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await lstat(path)).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
