import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';

/** A name in a folder as it was synced. */
interface SyncedName {
  readonly ino: number;
  readonly isFolder: boolean;
}

/** What the disk is sure to hold, by the fault layer's journal. */
export interface SyncedState {
  readonly sizes: ReadonlyMap<number, number>;
  readonly folders: ReadonlyMap<string, Readonly<Record<string, SyncedName>>>;
}

/** Reads the journal of the fault layer; its last line may have been cut by the kill. */
export function readSynced(journal: string): SyncedState {
  const sizes = new Map<number, number>();
  const folders = new Map<string, Record<string, SyncedName>>();
  for (const line of journal.split('\n')) {
    const entry = parseEntry(line);
    if (entry?.op === 'sync') sizes.set(entry.ino, entry.size);
    if (entry?.op === 'names') folders.set(entry.folder, entry.names);
  }
  return { sizes, folders };
}

type Entry =
  | { readonly op: 'sync'; readonly ino: number; readonly size: number }
  | { readonly op: 'names'; readonly folder: string; readonly names: Record<string, SyncedName> };

function parseEntry(line: string): Entry | null {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return null;
  }
}

/**
 * Makes of the folders what a power cut leaves: files as long as they were synced, names as the
 * folder was synced. `kept` holds what was replaced or removed, by its inode.
 */
export function cutPower(folders: readonly string[], synced: SyncedState, kept: string): void {
  for (const folder of folders) if (existsSync(folder)) rewind(folder, synced, kept);
}

function rewind(folder: string, synced: SyncedState, kept: string): void {
  const names = synced.folders.get(folder) ?? {};
  const aside = new Map<number, string>();
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    const wanted = names[name];
    if (stat.isDirectory() && wanted?.isFolder) {
      rewind(path, synced, kept);
      continue;
    }
    if (wanted?.ino === stat.ino) {
      truncateSync(path, Math.min(stat.size, synced.sizes.get(stat.ino) ?? 0));
      continue;
    }
    aside.set(stat.ino, join(kept, `now-${stat.ino}`));
    if (!stat.isDirectory()) copyFileSync(path, join(kept, `now-${stat.ino}`));
    rmSync(path, { recursive: true });
  }
  for (const [name, { ino, isFolder }] of Object.entries(names)) {
    const path = join(folder, name);
    if (existsSync(path)) continue;
    if (isFolder) mkdirSync(path);
    else bringBack(path, aside.get(ino) ?? join(kept, String(ino)), synced.sizes.get(ino) ?? 0);
  }
}

function bringBack(path: string, from: string, size: number): void {
  if (!existsSync(from)) throw new Error(`A synced file is nowhere to be found: ${path}`);
  copyFileSync(from, path);
  truncateSync(path, size);
}

/** A journal that says: what is there now is synced. Only while no broker runs. */
export function baselineOf(folders: readonly string[]): string {
  const lines: object[] = [];
  const visit = (folder: string): void => {
    const names: Record<string, SyncedName> = {};
    for (const name of readdirSync(folder)) {
      const stat = lstatSync(join(folder, name));
      const { ino, size } = stat;
      const isFolder = stat.isDirectory();
      names[name] = { ino, isFolder };
      if (isFolder) visit(join(folder, name));
      else lines.push({ op: 'sync', ino, size });
    }
    lines.push({ op: 'names', folder, names });
  };
  for (const folder of folders) if (existsSync(folder)) visit(folder);
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The journal as text; empty when none was kept. */
export function readJournal(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
