import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../common/durableFile.ts';
import type { Log } from '../common/log.ts';
import type { HandleId, TaskRecord } from '../registry/taskRecord.ts';
import type { PayloadKind } from '../registry/taskStore.ts';
import type { DamageReport } from './damage.ts';
import { Datafile } from './datafile.ts';
import { isVanished, removeEmptyFolder } from './durableFiles.ts';
import type { StoredDocument } from './nedbFile.ts';
import { migratePayloads } from './oldPayloads.ts';
import { PayloadFolder } from './payloadFolder.ts';

export interface PlaceOptions {
  readonly folder: string;
  readonly log: Log;
  readonly isFenced: () => boolean;
  readonly onDamage?: (report: DamageReport) => void;
}

const HANDLES_FILE = 'handles.db';
const RESULTS_FOLDER = 'results';

/** One workspace's datafile, and its results apart: large, and read only when asked for. */
export class RecordPlace {
  readonly folder: string;
  readonly #handles: Datafile;
  readonly #payloads: PayloadFolder;
  readonly #writes = new Set<Promise<void>>();
  #migration: Promise<void> | null = null;
  #isRetired = false;

  constructor(private readonly options: PlaceOptions) {
    const { folder, isFenced } = options;
    this.folder = folder;
    this.#handles = new Datafile({ ...options, path: join(folder, HANDLES_FILE) });
    this.#payloads = new PayloadFolder({ path: join(folder, RESULTS_FOLDER), isFenced });
  }

  /** Whether the records are on their way to another place, so that nothing may be put here. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  async records(): Promise<StoredDocument[]> {
    const records = await this.#handles.all();
    await this.#migrated();
    return records;
  }

  /** The payload is on disk before the record that refers to it. */
  put(record: TaskRecord, payload?: { kind: PayloadKind; json: string }): Promise<void> {
    return this.#tracked(this.#put(record, payload));
  }

  async readPayload(handle: HandleId, kind: PayloadKind): Promise<string | null> {
    await this.#migrated();
    return this.#payloads.read(handle, kind);
  }

  /** Removes records and then their payloads; what is not there is no failure. */
  remove(handles: readonly HandleId[]): Promise<void> {
    return this.#tracked(this.#remove(handles));
  }

  /**
   * Handles with a payload and without a record: a crash came between the two removals. None where
   * a damaged file is kept aside: the record may be in it.
   */
  async strays(): Promise<HandleId[]> {
    if (this.#isRetired || !(await isVanished(join(this.folder, `${HANDLES_FILE}.bad`)))) return [];
    const strays: HandleId[] = [];
    for (const handle of await this.#payloads.handles()) {
      if ((await this.#handles.get(handle)) === null) strays.push(handle);
    }
    return strays;
  }

  async removeStray(handle: HandleId): Promise<void> {
    if ((await this.#handles.get(handle)) === null) await this.#payloads.remove([handle]);
  }

  async recordOf(handle: HandleId): Promise<StoredDocument | null> {
    return this.#handles.get(handle);
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
    const records = isGone ? other.#handles.held() : await other.records();
    await this.#payloads.takeOver(other.#payloads);
    await mergeInto(this.#handles, records);
  }

  /** Removes what was copied; copies that were kept aside stay. */
  async removeFiles(): Promise<void> {
    await this.#payloads.removeAll();
    for (const name of [HANDLES_FILE, `${HANDLES_FILE}~`]) {
      await rm(join(this.folder, name), { force: true });
    }
    await syncFolder(this.folder);
    await removeEmptyFolder(this.folder);
  }

  #tracked(write: Promise<void>): Promise<void> {
    this.#writes.add(write);
    const forget = () => this.#writes.delete(write);
    write.then(forget, forget);
    return write;
  }

  async #remove(handles: readonly HandleId[]): Promise<void> {
    await this.#handles.remove(handles);
    await this.#payloads.remove(handles);
  }

  async #put(record: TaskRecord, payload?: { kind: PayloadKind; json: string }): Promise<void> {
    if (payload) await this.#payloads.write(record.handle, payload.kind, payload.json);
    await this.#handles.put({ _id: record.handle, ...record });
  }

  /** Results of an earlier version; what fails is told once and tried again at the next start. */
  #migrated(): Promise<void> {
    this.#migration ??= migratePayloads(this.folder, this.#payloads).catch((error: unknown) => {
      const message = `Results in ${this.folder} could not be taken over; they stay in payloads.db.`;
      this.options.log.write('error', message, error);
    });
    return this.#migration;
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
