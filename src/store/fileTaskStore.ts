import { join, resolve, sep } from 'node:path';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { HandleId, TaskRecord } from '../registry/taskRecord.ts';
import type { PayloadKind, StoredPast, TaskArchive, TaskStore } from '../registry/taskStore.ts';
import { ArchiveFolder } from './archiveFolder.ts';
import type { ArchivedTask } from './archiveSegment.ts';
import type { DamageReport } from './damage.ts';
import { isVanished, makeFolder } from './durableFiles.ts';
import { listPlaceKeys, placeFolder, placeKeyOf } from './homeFolders.ts';
import type { StoredDocument } from './nedbFile.ts';
import { RecordPlace } from './recordPlace.ts';
import { asStoreFailed } from './storeFailure.ts';
import { StoreIndex } from './storeIndex.ts';
import { Tombstones } from './tombstones.ts';
import { Turns } from './turns.ts';

export interface FileTaskStoreOptions {
  /** The broker's home folder. */
  readonly home: string;
  readonly log: Log;
  /** Whether another broker has taken over, so that we must not write any more. */
  readonly isFenced: () => boolean;
  /** A datafile was damaged; what could be read is served, and the file is kept as it was. */
  readonly onDamage?: (report: DamageReport) => void;
}

/** A result that no record names: nobody can ask for it. */
export interface StrayResult {
  readonly folder: string;
  readonly handle: HandleId;
  readonly remove: () => Promise<void>;
}

/** How often a write is repeated in another place because its folder vanished under it. */
const MAX_MOVES = 2;

/**
 * Records in workspace storage where a window has told of one, else in home. A workspace's records
 * lie in one place, whatever paths its windows bring; when that place vanishes, home takes over.
 */
export class FileTaskStore implements TaskStore, TaskArchive {
  readonly #records: string;
  readonly #index: StoreIndex;
  readonly #places = new Map<string, RecordPlace>();
  readonly #keyOf = new Map<string, string>();
  /** Whose a folder is: two instances on one file would erase each other's records. */
  readonly #owners = new Map<string, string>();
  readonly #turns = new Turns();
  readonly #archive: ArchiveFolder;
  readonly #tombstones: Tombstones;

  constructor(private readonly options: FileTaskStoreOptions) {
    const { home, log, isFenced } = options;
    this.#records = join(home, 'records');
    this.#archive = new ArchiveFolder({ folder: join(home, 'archive'), log, isFenced });
    this.#tombstones = new Tombstones(join(this.#records, 'expired.log'), isFenced);
    this.#index = new StoreIndex(join(this.#records, 'index.json'), options.log);
  }

  /** Every readable record; what cannot be read is logged and left as it is. */
  async load(): Promise<readonly unknown[]> {
    await this.#openHome();
    const elsewhere = await Promise.all(
      this.#index.entries().map(([workspace, folder]) => this.#loadWorkspace(workspace, folder)),
    );
    const keys = await listPlaceKeys(this.#records);
    const atHome = await Promise.all(keys.map((key) => this.#loadHomePlace(key)));
    return [...elsewhere, ...atHome].flat();
  }

  /**
   * A window tells where its workspace keeps its state. The first such folder holds the records,
   * those in home move there; another folder of the same workspace changes nothing while that one
   * exists. Resolves with records that were found and not known before.
   */
  async attachWorkspace(
    workspace: string,
    storagePath: string | null,
  ): Promise<readonly unknown[]> {
    if (storagePath === null) return [];
    const key = placeKeyOf(workspace);
    return this.#turns.run(key, async () => {
      try {
        return await this.#settle(workspace, resolve(storagePath));
      } catch (error) {
        const reason = messageOf(error);
        this.#log('warn', `Task records stay where they are; ${storagePath} failed: ${reason}`);
        return [];
      }
    });
  }

  async put(record: TaskRecord, payload?: { kind: PayloadKind; json: string }): Promise<void> {
    const { workspace } = record;
    for (let moves = 0; ; moves++) {
      const place = await this.#placeOf(workspace);
      if (place.isRetired) continue;
      try {
        await place.put(record, payload);
        break;
      } catch (error) {
        if (moves >= MAX_MOVES || !(await this.#leaveVanished(workspace, place))) throw error;
      }
    }
    this.#keyOf.set(record.handle, placeKeyOf(workspace));
  }

  async readPayload(handle: HandleId, kind: PayloadKind): Promise<string | null> {
    const place = this.#placeOfHandle(handle);
    return place ? place.readPayload(handle, kind) : this.#archive.readPayload(handle, kind);
  }

  /** On disk in the archive before they leave their places: in between they are in both. */
  async archive(handles: readonly HandleId[]): Promise<void> {
    const tasks: ArchivedTask[] = [];
    for (const handle of handles) {
      const place = this.#placeOfHandle(handle);
      const record = (await place?.recordOf(handle)) ?? null;
      if (!place || record === null) continue;
      const readPayload = (kind: PayloadKind) => place.readPayload(handle, kind);
      tasks.push({ handle, record, readPayload });
    }
    if (tasks.length === 0) return;
    await this.#archive.add(tasks);
    await this.#remove(tasks.map(({ handle }) => handle));
  }

  async expire(handles: readonly HandleId[]): Promise<void> {
    await this.#tombstones.add(handles);
    await this.#remove(handles);
  }

  expireArchives(nowMs: number): Promise<void> {
    return this.#archive.expire(nowMs, (handles) => this.#tombstones.add(handles));
  }

  async findPast(handle: HandleId): Promise<StoredPast | null> {
    const record = await this.#archive.find(handle);
    if (record !== undefined) return { kind: 'archived', record };
    return (await this.#tombstones.has(handle)) ? { kind: 'expired' } : null;
  }

  listArchived(limit: number): Promise<readonly unknown[]> {
    return this.#archive.list(limit);
  }

  /** Results whose record is gone (P13). */
  async strayResults(): Promise<StrayResult[]> {
    const found: StrayResult[] = [];
    for (const place of [...this.#places.values()]) {
      for (const handle of await place.strays()) {
        const remove = () => place.removeStray(handle);
        found.push({ folder: place.folder, handle, remove });
      }
    }
    return found;
  }

  async #remove(handles: readonly HandleId[]): Promise<void> {
    const places = new Set(handles.map((handle) => this.#placeOfHandle(handle)));
    for (const place of places) {
      await place?.remove(handles.filter((handle) => this.#placeOfHandle(handle) === place));
    }
    for (const handle of handles) this.#keyOf.delete(handle);
  }

  #placeOfHandle(handle: HandleId): RecordPlace | undefined {
    return this.#places.get(this.#keyOf.get(handle) ?? '');
  }

  async #openHome(): Promise<void> {
    try {
      await makeFolder(this.#records);
      await this.#index.load();
    } catch (cause) {
      throw new TaskHandlesError(
        'home_not_writable',
        `The home folder ${this.options.home} cannot be used (${messageOf(cause)}); make it writable or choose another with --home.`,
        { cause },
      );
    }
  }

  async #loadWorkspace(workspace: string, folder: string): Promise<StoredDocument[]> {
    const key = placeKeyOf(workspace);
    const isOurs = this.#claim(folder, key);
    if (isOurs && !(await isVanished(folder))) return this.#loadPlace(key, folder);
    const why = isOurs ? 'is gone' : 'belongs to another workspace';
    this.#log('warn', `The folder of task records ${folder} ${why}; home takes over.`);
    await this.#index.set(workspace, null).catch((error: unknown) => {
      this.#log('warn', `The index of task records was not written: ${messageOf(error)}`);
    });
    return [];
  }

  /** Home's records of a workspace that lives elsewhere: their move was cut short, so it ends now. */
  async #loadHomePlace(key: string): Promise<StoredDocument[]> {
    const folder = placeFolder(this.#records, key);
    const current = this.#places.get(key);
    if (!current) return this.#loadPlace(key, folder);
    const left = this.#newPlace(folder);
    try {
      const records = this.#remember(key, await left.records());
      await current.takeOver(left);
      await this.#clear(left);
      return records;
    } catch (error) {
      this.#log('warn', `Task records in ${folder} could not be moved: ${messageOf(error)}`);
      return [];
    }
  }

  async #loadPlace(key: string, folder: string): Promise<StoredDocument[]> {
    const place = this.#newPlace(folder);
    this.#places.set(key, place);
    try {
      return this.#remember(key, await place.records());
    } catch (error) {
      this.#log('error', `Tasks were left out: ${messageOf(error)}`);
      return [];
    }
  }

  async #settle(workspace: string, offered: string): Promise<readonly unknown[]> {
    const known = this.#index.folderOf(workspace);
    const folder = known !== undefined && !(await isVanished(known)) ? known : offered;
    const key = placeKeyOf(workspace);
    if (this.#places.get(key)?.folder === folder) return [];
    if (!this.#claim(folder, key)) throw new Error('another workspace keeps its tasks there');
    return this.#move(workspace, folder);
  }

  #claim(folder: string, key: string): boolean {
    const isInHome = `${folder}${sep}`.startsWith(`${this.#records}${sep}`);
    if (isInHome || (this.#owners.get(folder) ?? key) !== key) return false;
    this.#owners.set(folder, key);
    return true;
  }

  /** Copy, sync, index, delete: at every moment one of the two places is whole. */
  async #move(workspace: string | null, folder: string): Promise<readonly unknown[]> {
    const key = placeKeyOf(workspace);
    const source = this.#places.get(key);
    await makeFolder(folder);
    const target = this.#newPlace(folder);
    await source?.retire();
    try {
      const found = (await target.records()).filter(({ _id }) => !this.#keyOf.has(_id));
      if (source) await target.takeOver(source);
      await this.#note(workspace, folder);
      this.#places.set(key, target);
      this.#remember(key, found);
      if (source && source.folder !== folder) {
        this.#owners.delete(source.folder);
        await this.#clear(source);
      }
      return found;
    } catch (error) {
      source?.reinstate();
      throw error;
    }
  }

  async #clear(source: RecordPlace): Promise<void> {
    try {
      if (!(await isVanished(source.folder))) await source.removeFiles();
    } catch (error) {
      this.#log('warn', `Copied task records remain in ${source.folder}: ${messageOf(error)}`);
    }
  }

  async #note(workspace: string | null, folder: string): Promise<void> {
    if (workspace === null) return;
    const isHome = folder === placeFolder(this.#records, placeKeyOf(workspace));
    await this.#index.set(workspace, isHome ? null : folder);
  }

  async #placeOf(workspace: string | null): Promise<RecordPlace> {
    const key = placeKeyOf(workspace);
    const place = this.#places.get(key);
    if (place && !place.isRetired) return place;
    return this.#turns.run(key, async () => {
      return this.#places.get(key) ?? this.#openHomePlace(workspace);
    });
  }

  async #openHomePlace(workspace: string | null): Promise<RecordPlace> {
    const folder = placeFolder(this.#records, placeKeyOf(workspace));
    try {
      await this.#move(workspace, folder);
    } catch (cause) {
      throw asStoreFailed(folder, cause);
    }
    return this.#places.get(placeKeyOf(workspace)) ?? this.#newPlace(folder);
  }

  /** Moves on to home when the place's folder is gone; `true` when a write may be tried again. */
  async #leaveVanished(workspace: string | null, place: RecordPlace): Promise<boolean> {
    const key = placeKeyOf(workspace);
    return this.#turns.run(key, async () => {
      if (this.#places.get(key) !== place) return true;
      if (!(await isVanished(place.folder))) return false;
      this.#log('warn', `The folder of task records ${place.folder} is gone; home takes over.`);
      try {
        await this.#move(workspace, placeFolder(this.#records, key));
        return true;
      } catch (error) {
        this.#log('error', `Home could not take over the task records: ${messageOf(error)}`);
        return false;
      }
    });
  }

  #newPlace(folder: string): RecordPlace {
    const { home: _home, ...options } = this.options;
    return new RecordPlace({ ...options, folder });
  }

  #remember(key: string, documents: readonly StoredDocument[]): StoredDocument[] {
    for (const { _id } of documents) this.#keyOf.set(_id, key);
    return [...documents];
  }

  #log(level: 'warn' | 'error', message: string): void {
    this.options.log.write(level, message);
  }
}
