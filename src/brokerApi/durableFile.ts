import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const LARGEST_BYTES = 1024 * 1024;

/** No link is followed, and a pipe in its place does not block. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Puts a file in place whole and for this user alone; resolves when it would survive a power cut.
 * Makes its folder. Rejects with the system's error.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes what was renamed or removed in a folder durable; Windows syncs no folders. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The text of a small file that only this user can have written; throws with the reason if not. */
export function readOwnFile(path: string): string {
  const descriptor = openSync(path, READ_FLAGS);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile() || found.size > LARGEST_BYTES) throw new Error('it is not one of ours');
    const isOthers = process.platform !== 'win32' && found.uid !== process.getuid?.();
    if (isOthers) throw new Error('it belongs to another user');
    if (process.platform !== 'win32' && (found.mode & 0o022) !== 0) {
      throw new Error('other users can write to it');
    }
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
