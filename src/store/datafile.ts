import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TaskHandlesError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { countBadLines } from './datafileScan.ts';
import { copyAside, sizeOf, syncFile, syncFolder } from './durableFiles.ts';
import { NedbFile, type StoredDocument } from './nedbFile.ts';
import { asStoreFailed } from './storeFailure.ts';

/** Superseded lines a file may hold before it is compacted, beside four for each document. */
const SPARE_LINES = 2_000;

export interface DatafileOptions {
  readonly path: string;
  readonly log: Log;
  /** Whether another broker has taken over, so that we must not write any more. */
  readonly isFenced: () => boolean;
  /** Syncs a file and tells its size; a port, so that tests see when. */
  readonly sync?: (path: string) => Promise<number>;
}

interface PendingPut {
  readonly document: StoredDocument;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One NeDB datafile with acknowledged writes: a put resolves after its sync, and puts that wait at
 * the same time share one (P1). NeDB's own memory runs ahead of the disk when an append fails, so
 * what was acknowledged is kept apart, and a file that is not as we left it is rebuilt from that.
 */
export class Datafile {
  readonly #acknowledged = new Map<string, StoredDocument>();
  readonly #queue: PendingPut[] = [];
  readonly #sync: (path: string) => Promise<number>;
  #file: NedbFile | null = null;
  #opening: Promise<void> | null = null;
  #draining: Promise<void> | null = null;
  #size = 0;
  #lines = 0;
  #isTorn = false;

  constructor(private readonly options: DatafileOptions) {
    this.#sync = options.sync ?? syncFile;
  }

  /** Reads the file; a failure is told, and the next call tries again. */
  open(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = null;
      throw asStoreFailed(this.options.path, error);
    });
    return this.#opening;
  }

  /** Writes a document whole, in place of the one with the same `_id`. */
  put(document: StoredDocument): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ document, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  async get(id: string): Promise<StoredDocument | null> {
    await this.open();
    return this.#acknowledged.get(id) ?? null;
  }

  async all(): Promise<StoredDocument[]> {
    await this.open();
    return this.held();
  }

  /** What is in memory, whether or not there is a file any more. */
  held(): StoredDocument[] {
    return [...this.#acknowledged.values()];
  }

  async #open(): Promise<void> {
    const { path, log } = this.options;
    this.#assertMayWrite();
    const bad = await countBadLines(path);
    if (bad > 0) {
      const aside = await copyAside(path);
      log.write('warn', `${bad} unreadable lines in ${path}; the file as it was is kept: ${aside}`);
    }
    const file = await this.#load();
    for (const document of await file.readAll()) this.#acknowledged.set(document._id, document);
  }

  async #load(): Promise<NedbFile> {
    const { path } = this.options;
    const file = await NedbFile.open(path);
    this.#size = await this.#sync(path);
    this.#file = file;
    this.#lines = 0;
    this.#isTorn = false;
    return file;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) await this.#write(this.#queue.splice(0));
    this.#draining = null;
  }

  async #write(puts: readonly PendingPut[]): Promise<void> {
    try {
      await this.open();
      this.#assertMayWrite();
      await this.#append(puts.map((put) => put.document));
      for (const put of puts) put.resolve();
    } catch (error) {
      const failure = asStoreFailed(this.options.path, error);
      for (const put of puts) put.reject(failure);
    }
  }

  async #append(documents: readonly StoredDocument[]): Promise<void> {
    const file = await this.#soundFile();
    this.#isTorn = true;
    for (const document of documents) await file.append(document);
    const size = await this.#sync(this.options.path);
    if (size <= this.#size) throw new Error('the file was replaced while it was written');
    for (const document of documents) this.#acknowledged.set(document._id, document);
    this.#size = size;
    this.#lines += documents.length;
    this.#isTorn = false;
  }

  /** The file in the state we left it; otherwise it is brought there first. */
  async #soundFile(): Promise<NedbFile> {
    const { path, log } = this.options;
    if (!this.#isTorn) {
      const size = await sizeOf(path);
      if (size === this.#size && this.#file) return this.#compacted(this.#file);
      // Somebody else's bytes may be worth something to them.
      const aside = size === null ? 'it was gone' : `kept as ${await copyAside(path)}`;
      this.#isTorn = true;
      log.write('warn', `${path} was changed by somebody else (${aside}); it is written anew.`);
    }
    return this.#rebuild();
  }

  async #compacted(file: NedbFile): Promise<NedbFile> {
    if (this.#lines <= SPARE_LINES + 4 * this.#acknowledged.size) return file;
    this.#lines = 0;
    try {
      await file.compact();
    } catch (error) {
      this.options.log.write('warn', `${this.options.path} could not be compacted.`, error);
    }
    this.#size = await this.#sync(this.options.path);
    return file;
  }

  /** Writes exactly what was acknowledged, and puts it in the file's place in one step. */
  async #rebuild(): Promise<NedbFile> {
    const { path } = this.options;
    const fresh = `${path}.new`;
    await rm(fresh, { force: true });
    const file = await NedbFile.open(fresh);
    await file.appendNew(this.held());
    await this.#sync(fresh);
    this.#assertMayWrite();
    await rename(fresh, path);
    await syncFolder(dirname(path));
    return this.#load();
  }

  #assertMayWrite(): void {
    if (!this.options.isFenced()) return;
    throw new TaskHandlesError(
      'lock_lost',
      'Another broker has taken over this home; this one writes no more and must end.',
    );
  }
}
