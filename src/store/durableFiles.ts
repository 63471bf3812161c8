import { constants } from 'node:fs';
import { copyFile, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemCodeOf } from '../common/errors.ts';

export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

const MAX_COPIES = 100;

/** Syncs a file on a descriptor of its own, because compaction replaces the file; tells its size. */
export async function syncFile(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder durable. Windows cannot, and does not need to. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes a folder for this user alone, with its parents, durably. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let folder = dirname(resolve(path)); folder.length >= top.length; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === dirname(folder)) return;
  }
}

/** Writes whole or not at all. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w', FILE_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Copies a file beside itself under a name that is free (`.bad`, `.bad-2`, …); tells the name. */
export async function copyAside(path: string): Promise<string> {
  for (let copy = 1; ; copy++) {
    const aside = copy === 1 ? `${path}.bad` : `${path}.bad-${copy}`;
    try {
      await copyFile(path, aside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await syncFile(aside);
      return aside;
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST' || copy >= MAX_COPIES) throw error;
    }
  }
}

/** Whether nothing is there; a place that merely cannot be looked at has not vanished. */
export async function isVanished(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    const code = systemCodeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}

/** A file's size; `null` when there is none. */
export async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
