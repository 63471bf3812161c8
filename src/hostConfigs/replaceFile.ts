import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { replaceWhole } from '../common/durableFile.ts';
import { TaskHandlesError } from '../common/errors.ts';

export interface Replacement {
  readonly path: string;
  /** What the file must still hold: somebody else may have written meanwhile. */
  readonly expected: string;
  readonly text: string;
  /** Where the last contents go, for this user alone. */
  readonly backupFolder: string;
}

const KEPT_BACKUPS = 10;

/** Replaces a person's file whole or not at all, after a backup; answers the backup's path. */
export async function replaceFile(replacement: Replacement): Promise<string> {
  const { expected, text, backupFolder } = replacement;
  // A link stays a link: dotfiles are often kept elsewhere.
  const path = await realpath(replacement.path);
  if ((await readFile(path, 'utf8')) !== expected) {
    throw new TaskHandlesError('usage', `${path} has just been changed; try again.`);
  }
  const backup = await backUp(path, expected, backupFolder);
  await replaceWhole(path, text, (await stat(path)).mode & 0o777);
  return backup;
}

async function backUp(path: string, text: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const time = new Date().toISOString().replace(/[:.]/g, '-');
  const backup = join(folder, `${time}-${randomUUID().slice(0, 4)}-${basename(path)}`);
  await writeFile(backup, text, { mode: 0o600, flag: 'wx' });
  const old = (await readdir(folder)).sort().slice(0, -KEPT_BACKUPS);
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
  return backup;
}
