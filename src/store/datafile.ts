import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { syncFolder } from '../common/durableFile.ts';
import type { Log } from '../common/log.ts';
import { type DamageReport, damageOf, logDamage } from './damage.ts';
import { type DatafileScan, scanDatafile } from './datafileScan.ts';
import {
  copyAside,
  ensureFile,
  finishReplacement,
  replaceFile,
  sizeOf,
  syncFile,
} from './durableFiles.ts';
import { assertMayWrite } from './fence.ts';
import { lineOf, NedbFile, type StoredDocument } from './nedbFile.ts';
import { asStoreFailed } from './storeFailure.ts';

/** Superseded lines a file may hold before it is compacted, beside four for each document. */
const SPARE_LINES = 2_000;

/** Documents written in one piece while the file is written anew. */
const SLICE = 100;

export interface DatafileOptions {
  readonly path: string;
  readonly log: Log;
  /** Whether another broker has taken over, so that we must not write any more. */
  readonly isFenced: () => boolean;
  /** Syncs a file and tells its size; a port, so that tests see when. */
  readonly sync?: (path: string) => Promise<number>;
  readonly onDamage?: (report: DamageReport) => void;
}

interface PendingWrite {
  readonly id: string;
  /** `null`: it is removed. */
  readonly document: StoredDocument | null;
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
  readonly #queue: PendingWrite[] = [];
  readonly #sync: (path: string) => Promise<number>;
  #file: NedbFile | null = null;
  #aside: string | null = null;
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
    return this.#enqueue(document._id, document);
  }

  /** Removes documents; what is not there is no failure. */
  async remove(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#enqueue(id, null)));
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
    const { path, isFenced } = this.options;
    assertMayWrite(isFenced);
    await finishReplacement(path);
    const documents = this.#acknowledged;
    documents.clear();
    const scan = await scanDatafile(path, (document) => {
      if (document.$$deleted === true) documents.delete(document._id);
      else documents.set(document._id, document);
    });
    if (!scan.isSound) return this.#mend(scan);
    await ensureFile(path);
    await this.#load(scan.lines);
  }

  /** What is damaged is kept as it was before anything else happens to it. */
  async #mend(scan: DatafileScan): Promise<void> {
    const { path, log, onDamage } = this.options;
    if (this.#aside === null) {
      this.#aside = await copyAside(path);
      const report = damageOf(scan, { path, aside: this.#aside }, this.#acknowledged.size);
      logDamage(log, report);
      onDamage?.(report);
    }
    await this.#rebuild();
  }

  async #load(lines: number): Promise<NedbFile> {
    const { path } = this.options;
    this.#size = await this.#sync(path);
    this.#file = await NedbFile.open(path, this.#acknowledged.values());
    this.#lines = lines - this.#acknowledged.size;
    this.#isTorn = false;
    return this.#file;
  }

  #enqueue(id: string, document: StoredDocument | null): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ id, document, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) await this.#write(this.#queue.splice(0));
    this.#draining = null;
  }

  async #write(writes: readonly PendingWrite[]): Promise<void> {
    try {
      await this.open();
      assertMayWrite(this.options.isFenced);
      await this.#append(writes);
      for (const write of writes) write.resolve();
    } catch (error) {
      const failure = asStoreFailed(this.options.path, error);
      for (const write of writes) write.reject(failure);
    }
  }

  async #append(writes: readonly PendingWrite[]): Promise<void> {
    const file = await this.#soundFile();
    this.#isTorn = true;
    let lines = 0;
    for (const { id, document } of writes) {
      if (document) await file.append(document);
      else if (!(await file.remove(id))) continue;
      lines += 1;
    }
    const size = await this.#sync(this.options.path);
    if (size <= this.#size && lines > 0)
      throw new Error('the file was replaced while it was written');
    for (const { id, document } of writes) this.#acknowledge(id, document);
    this.#size = size;
    this.#lines += lines;
    this.#isTorn = false;
  }

  #acknowledge(id: string, document: StoredDocument | null): void {
    if (document) this.#acknowledged.set(id, document);
    else this.#acknowledged.delete(id);
  }

  /** The file in the state we left it; otherwise it is brought there first. */
  async #soundFile(): Promise<NedbFile> {
    const { path, log } = this.options;
    if (this.#isTorn || !this.#file) return this.#rebuild();
    const size = await sizeOf(path);
    if (size === this.#size) return this.#compacted(this.#file);
    // Somebody else's bytes may be worth something to them.
    const aside = size === null ? 'it was gone' : `kept as ${await copyAside(path)}`;
    this.#isTorn = true;
    log.write('warn', `${path} was changed by somebody else (${aside}); it is written anew.`);
    return this.#rebuild();
  }

  async #compacted(file: NedbFile): Promise<NedbFile> {
    if (this.#lines <= SPARE_LINES + 3 * this.#acknowledged.size) return file;
    try {
      return await this.#rebuild();
    } catch (error) {
      this.#lines = 0;
      this.options.log.write('warn', `${this.options.path} could not be compacted.`, error);
      return this.#isTorn ? Promise.reject(error) : file;
    }
  }

  /** Writes exactly what was acknowledged, and puts it in the file's place in one step. */
  async #rebuild(): Promise<NedbFile> {
    const { path, isFenced } = this.options;
    assertMayWrite(isFenced);
    await replaceFile(path, linesOf(this.held()));
    this.#isTorn = true;
    await syncFolder(dirname(path));
    return this.#load(this.#acknowledged.size);
  }
}

async function* linesOf(documents: readonly StoredDocument[]): AsyncGenerator<string> {
  for (let start = 0; start < documents.length; start += SLICE) {
    const slice = documents.slice(start, start + SLICE);
    yield slice.map((document) => `${lineOf(document)}\n`).join('');
    await setImmediate();
  }
}
