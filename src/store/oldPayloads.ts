import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../common/durableFile.ts';
import { isHandleId } from '../registry/handleId.ts';
import { scanDatafile } from './datafileScan.ts';
import { copyAside, isVanished } from './durableFiles.ts';
import type { StoredDocument } from './nedbFile.ts';
import { PAYLOAD_KINDS, type PayloadFolder } from './payloadFolder.ts';

const OLD_FILE = 'payloads.db';
const AT_ONCE = 32;

/** Version 0.1 kept all results in one datafile: each becomes a file, then the datafile goes. */
export async function migratePayloads(folder: string, payloads: PayloadFolder): Promise<void> {
  const path = join(folder, OLD_FILE);
  if (await isVanished(path)) return;
  const writes: Promise<void>[] = [];
  const { lostLines } = await scanDatafile(path, async (document) => {
    writes.push(write(document, payloads));
    if (writes.length >= AT_ONCE) await Promise.all(writes.splice(0));
  });
  await Promise.all(writes);
  if (lostLines > 0) await copyAside(path);
  await rm(path);
  await rm(`${path}~`, { force: true });
  await syncFolder(folder);
}

async function write(document: StoredDocument, payloads: PayloadFolder): Promise<void> {
  const { handle, kind, json } = document;
  const known = PAYLOAD_KINDS.find((name) => name === kind);
  if (!isHandleId(handle) || known === undefined || typeof json !== 'string') return;
  await payloads.write(handle, known, json);
}
