import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const MARKER = '.complete';
const LOCK_POLL_MS = 500;
const LOCK_DEADLINE_MS = 15 * 60_000;

/** Where tools too big for the checkout are kept, for all checkouts of this user. */
export function cacheRoot(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'mcp-task-handles-dev');
}

async function isComplete(folder: string): Promise<boolean> {
  return (await readFile(join(folder, MARKER), 'utf8').catch(() => '')) !== '';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function removeLockOfTheDead(lock: string): Promise<void> {
  const owner = Number(await readFile(join(lock, 'pid'), 'utf8').catch(() => ''));
  // An empty lock may be one whose owner has not written its pid yet; the deadline covers it.
  if (owner > 0 && !isAlive(owner)) await rm(lock, { recursive: true, force: true });
}

async function takeLock(lock: string): Promise<void> {
  const deadline = Date.now() + LOCK_DEADLINE_MS;
  for (;;) {
    try {
      await mkdir(lock);
      await writeFile(join(lock, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    await removeLockOfTheDead(lock);
    if (Date.now() > deadline) throw new Error(`Another set-up holds ${lock}: remove it if not.`);
    await delay(LOCK_POLL_MS);
  }
}

/** What a set-up that was killed left behind; we hold the lock, so nobody uses it. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    const isOurs = name.startsWith(`${basename(folder)}.tmp-`);
    if (isOurs) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

/**
 * The folder for `key`, filled once by `fill` and complete or absent at any moment: it is filled
 * beside, under a lock, and renamed into place.
 */
export async function cachedFolder(
  key: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheRoot(), key);
  if (await isComplete(folder)) return folder;
  await mkdir(cacheRoot(), { recursive: true });
  const lock = `${folder}.lock`;
  await takeLock(lock);
  try {
    if (await isComplete(folder)) return folder;
    await removeLeftovers(folder);
    const temporary = `${folder}.tmp-${process.pid}`;
    await mkdir(temporary);
    await fill(temporary);
    await writeFile(join(temporary, MARKER), new Date().toISOString());
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
    return folder;
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}
