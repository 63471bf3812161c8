import { constants } from 'node:fs';
import {
  copyFile,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { syncFolder } from '../common/durableFile.ts';
import { systemCodeOf } from '../common/errors.ts';

export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

/** What is written under such a name is not whole yet. */
const TEMPORARY = '.tmp';

const MAX_COPIES = 100;

/** What a file is made of, in order; read only as fast as it is written. */
export type Parts = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

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

/** Makes a folder in one that exists, durably; one that has vanished is not made again with it. */
export async function makeSubfolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: FOLDER_MODE });
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
  }
  await syncFolder(dirname(path));
}

/** Writes whole or not at all. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  await replaceFile(path, [text]);
  await syncFolder(dirname(path));
}

/** Makes a file where there is none; its name is durable either way. */
export async function ensureFile(path: string): Promise<void> {
  await (await open(path, 'a', FILE_MODE)).close();
  await syncFolder(dirname(path));
}

/** NeDB's own compaction, cut short by a crash between two names, leaves only the second. */
export async function finishReplacement(path: string): Promise<void> {
  const second = `${path}~`;
  if ((await isVanished(path)) && !(await isVanished(second))) await rename(second, path);
}

/** Writes whole or not at all; the name is durable when its folder has been synced. */
export async function replaceFile(path: string, parts: Parts): Promise<void> {
  const temporary = `${path}${TEMPORARY}`;
  const file = await open(temporary, 'w', FILE_MODE);
  try {
    for await (const part of parts) await file.appendFile(part);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** A file's text; `null` when there is none. */
export async function readTextOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The names of the whole files in a folder; none when there is no folder. */
export async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(TEMPORARY));
    return files.map((entry) => entry.name).sort();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** A second name for a file that is never changed, or a synced copy where that is not possible. */
export async function copyInto(from: string, to: string): Promise<void> {
  try {
    return await link(from, to);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return;
  }
  await copyFile(from, `${to}${TEMPORARY}`);
  await syncFile(`${to}${TEMPORARY}`);
  await rename(`${to}${TEMPORARY}`, to);
}

/** Removes a folder of ours with the files in it. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Removes a folder unless somebody else keeps something in it. */
export async function removeEmptyFolder(path: string): Promise<void> {
  await rmdir(path).catch((error: unknown) => {
    if (systemCodeOf(error) !== 'ENOTEMPTY') throw error;
  });
}

/** Copies a file beside itself under a name that is free (`.bad`, `.bad-2`, …); tells the name. */
export async function copyAside(path: string): Promise<string> {
  for (let copy = 1; ; copy++) {
    const aside = copy === 1 ? `${path}.bad` : `${path}.bad-${copy}`;
    try {
      await copyFile(path, aside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await syncFile(aside);
      await syncFolder(dirname(path));
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
