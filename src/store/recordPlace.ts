import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { HandleId, TaskRecord } from '../registry/taskRecord.ts';
import type { PayloadKind } from '../registry/taskStore.ts';
import { Datafile } from './datafile.ts';
import { isVanished, syncFolder } from './durableFiles.ts';
import type { StoredDocument } from './nedbFile.ts';

export interface PlaceOptions {
  readonly folder: string;
  readonly log: Log;
  readonly isFenced: () => boolean;
}

const HANDLES_FILE = 'handles.db';
const PAYLOADS_FILE = 'payloads.db';

/** The two datafiles of one workspace. Results lie apart: large, and read only when asked for. */
export class RecordPlace {
  readonly folder: string;
  readonly #handles: Datafile;
  readonly #payloads: Datafile;
  readonly #writes = new Set<Promise<void>>();
  #isRetired = false;

  constructor({ folder, log, isFenced }: PlaceOptions) {
    this.folder = folder;
    this.#handles = new Datafile({ path: join(folder, HANDLES_FILE), log, isFenced });
    this.#payloads = new Datafile({ path: join(folder, PAYLOADS_FILE), log, isFenced });
  }

  /** Whether the records are on their way to another place, so that nothing may be put here. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  records(): Promise<StoredDocument[]> {
    return this.#handles.all();
  }

  /** The payload is on disk before the record that refers to it. */
  put(record: TaskRecord, payload?: { kind: PayloadKind; json: string }): Promise<void> {
    const write = this.#put(record, payload);
    this.#writes.add(write);
    const forget = () => this.#writes.delete(write);
    write.then(forget, forget);
    return write;
  }

  async readPayload(handle: HandleId, kind: PayloadKind): Promise<string | null> {
    const document = await this.#payloads.get(payloadId(handle, kind));
    return typeof document?.json === 'string' ? document.json : null;
  }

  /** Takes no more writes, and resolves when those under way have ended. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await Promise.allSettled([...this.#writes]);
  }

  reinstate(): void {
    this.#isRetired = false;
  }

  /** Copies everything of another place in here, synced; of two records the later one stays. */
  async takeOver(other: RecordPlace): Promise<void> {
    const isGone = await isVanished(other.folder);
    const payloads = isGone ? other.#payloads.held() : await other.#payloads.all();
    const handles = isGone ? other.#handles.held() : await other.#handles.all();
    await mergeInto(this.#payloads, payloads);
    await mergeInto(this.#handles, handles);
  }

  /** Removes the datafiles after they were copied; copies that were kept aside stay. */
  async removeFiles(): Promise<void> {
    for (const name of [HANDLES_FILE, PAYLOADS_FILE]) {
      await rm(join(this.folder, name), { force: true });
      await rm(join(this.folder, `${name}~`), { force: true });
    }
    await syncFolder(this.folder);
    await rmdir(this.folder).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'ENOTEMPTY') throw error;
    });
  }

  async #put(record: TaskRecord, payload?: { kind: PayloadKind; json: string }): Promise<void> {
    const { handle } = record;
    if (payload) {
      const { kind, json } = payload;
      await this.#payloads.put({ _id: payloadId(handle, kind), handle, kind, json });
    }
    await this.#handles.put({ _id: handle, ...record });
  }
}

async function mergeInto(file: Datafile, documents: readonly StoredDocument[]): Promise<void> {
  await file.open();
  const known = new Map((await file.all()).map((document) => [document._id, document]));
  const newer = documents.filter((document) => isNewer(document, known.get(document._id)));
  await Promise.all(newer.map((document) => file.put(document)));
}

function isNewer(document: StoredDocument, known: StoredDocument | undefined): boolean {
  return known === undefined || revisionOf(document) > revisionOf(known);
}

function revisionOf(document: StoredDocument): number {
  return typeof document.revision === 'number' ? document.revision : 0;
}

function payloadId(handle: HandleId, kind: PayloadKind): string {
  return `${handle}:${kind}`;
}
