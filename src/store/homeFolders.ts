import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const NOWHERE = 'none';

/** Identities that are hashes already, and so are names that every file system takes. */
const PLAIN = /^[0-9a-f]{8,64}$/;

/** The folder name of a workspace's records in home: readable where it can be, always safe. */
export function placeKeyOf(workspace: string | null): string {
  if (workspace === null) return NOWHERE;
  if (PLAIN.test(workspace)) return workspace;
  return `w-${createHash('sha256').update(workspace).digest('hex').slice(0, 32)}`;
}

/** The keys of the record folders that lie in home. */
export async function listPlaceKeys(records: string): Promise<string[]> {
  const entries = await readdir(records, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

export function placeFolder(records: string, key: string): string {
  return join(records, key);
}
