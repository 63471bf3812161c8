import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const OURS_ALONE = 0o600;

/**
 * Puts a file in place whole and for this user alone; resolves when it would survive a power cut.
 * Makes its folder. Rejects with the system's error.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replaceWhole(path, text, OURS_ALONE);
  await syncFolder(folder);
}

/**
 * Writes whole or not at all, whoever else writes, and with just this mode; the name is durable when
 * its folder has been synced. Leaves nothing half written. Rejects with the system's error.
 */
export async function replaceWhole(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(text);
      // What the umask took away.
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Makes what was made, renamed or removed in a folder durable. Windows cannot, and does not need to. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
