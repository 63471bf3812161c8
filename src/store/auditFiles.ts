import { type FileHandle, open } from 'node:fs/promises';
import { syncFolder } from '../common/durableFile.ts';
import { TaskHandlesError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type {
  AuditDraft,
  AuditFault,
  AuditQuery,
  AuditRow,
  AuditTrail,
} from '../registry/auditTrail.ts';
import type { HandleId } from '../registry/taskRecord.ts';
import { type ChainHead, chained, claimedHead, GENESIS, readRow } from './auditChain.ts';
import { type AuditFile, auditFile, linesOf, listAuditFiles } from './auditFolder.ts';
import { AuditReader, type SyncedEnd } from './auditReader.ts';
import { copyAside, FILE_MODE, makeFolder } from './durableFiles.ts';
import { asStoreFailed } from './storeFailure.ts';

const LIMIT_BYTES = 4 * 1024 * 1024;

export interface AuditFilesOptions {
  readonly folder: string;
  readonly log: Log;
  /** Whether another broker has taken over, so that we must not write any more. */
  readonly isFenced: () => boolean;
  /** A file this long is followed by the next one. */
  readonly limitBytes?: number;
  readonly now?: () => number;
}

interface PendingRow {
  readonly draft: AuditDraft;
  readonly resolve: (row: AuditRow) => void;
  readonly reject: (error: unknown) => void;
}

/** Where the next row goes. `size` is what was synced: anything behind it is not ours to keep. */
interface Tail {
  readonly file: AuditFile;
  readonly size: number;
  readonly head: ChainHead;
}

/**
 * The audit trail in numbered files of JSON lines, each row chained to the one before by its hash
 * (P8). Rows that wait at the same time share one write and one sync, in their order.
 */
export class AuditFiles implements AuditTrail {
  readonly #queue: PendingRow[] = [];
  readonly #reader: AuditReader;
  #tail: Promise<Tail> | null = null;
  /** The last row of ours: should files vanish, the chain goes on, and the gap shows. */
  #head: ChainHead = GENESIS;
  #draining: Promise<void> | null = null;

  constructor(private readonly options: AuditFilesOptions) {
    this.#reader = new AuditReader(options.folder);
  }

  append(draft: AuditDraft): Promise<AuditRow> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ draft, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  async read(query: AuditQuery): Promise<AuditRow[]> {
    return this.#reader.read(query, await this.#end());
  }

  async lastRows(): Promise<ReadonlyMap<HandleId, AuditRow>> {
    return this.#reader.lastRows(await this.#end());
  }

  async verify(): Promise<AuditFault[]> {
    return this.#reader.verify(await this.#end());
  }

  async #end(): Promise<SyncedEnd> {
    const { file, size } = await this.#opened();
    return { path: file.path, size };
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) await this.#write(this.#queue.splice(0));
    this.#draining = null;
  }

  async #write(pending: readonly PendingRow[]): Promise<void> {
    try {
      const rows = await this.#appendAll(pending.map(({ draft }) => draft));
      for (const [index, { resolve }] of pending.entries()) resolve(rows[index] as AuditRow);
    } catch (error) {
      const failure = asStoreFailed(this.options.folder, error);
      for (const { reject } of pending) reject(failure);
    }
  }

  async #appendAll(drafts: readonly AuditDraft[]): Promise<AuditRow[]> {
    const tail = await this.#roomyTail();
    const time = new Date((this.options.now ?? Date.now)()).toISOString();
    const rows: AuditRow[] = [];
    let head = tail.head;
    for (const draft of drafts) {
      const row = chained(draft, head, time);
      rows.push(row);
      head = row;
    }
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const size = await this.#put(tail, bytes).catch((error: unknown) => {
      // Nobody knows how much of it is there: the next one reads the file anew.
      this.#tail = null;
      throw error;
    });
    this.#head = head;
    this.#tail = Promise.resolve({ ...tail, size, head });
    return rows;
  }

  /** Resolves with the file's new size, synced. */
  async #put(tail: Tail, bytes: Buffer): Promise<number> {
    this.#assertMayWrite();
    const file = await open(tail.file.path, 'r+');
    const at = await this.#agreedSize(file, tail);
    try {
      await writeWhole(file, bytes, at);
      await file.datasync();
      return at + bytes.length;
    } catch (error) {
      await file.truncate(at).catch(() => {});
      throw error;
    } finally {
      await file.close();
    }
  }

  /** Somebody else's bytes are kept aside; rows that somebody took away stay missing, and show. */
  async #agreedSize(file: FileHandle, tail: Tail): Promise<number> {
    const { size } = await file.stat();
    if (size === tail.size) return size;
    const { log } = this.options;
    const aside = await copyAside(tail.file.path);
    log.write('error', `${tail.file.path} was changed by somebody else; as it is: ${aside}.`);
    await file.truncate(Math.min(size, tail.size));
    return Math.min(size, tail.size);
  }

  async #roomyTail(): Promise<Tail> {
    const tail = await this.#opened();
    if (tail.size < (this.options.limitBytes ?? LIMIT_BYTES)) return tail;
    const next = await this.#start(auditFile(this.options.folder, tail.file.number + 1), tail.head);
    this.#tail = Promise.resolve(next);
    return next;
  }

  #opened(): Promise<Tail> {
    this.#tail ??= this.#open()
      .then((tail) =>
        tail.head.sequence < this.#head.sequence ? { ...tail, head: this.#head } : tail,
      )
      .catch((error: unknown) => {
        this.#tail = null;
        throw asStoreFailed(this.options.folder, error);
      });
    return this.#tail;
  }

  async #open(): Promise<Tail> {
    const { folder } = this.options;
    this.#assertMayWrite();
    await makeFolder(folder);
    const files = await listAuditFiles(folder);
    const last = files.at(-1);
    if (last === undefined) return this.#start(auditFile(folder, 1), GENESIS);
    return this.#resume(last, files.at(-2));
  }

  async #start(file: AuditFile, head: ChainHead): Promise<Tail> {
    this.#assertMayWrite();
    const made = await open(file.path, 'a', FILE_MODE);
    await made.close();
    await syncFolder(this.options.folder);
    return { file, size: 0, head };
  }

  /** A last line without its end was never acknowledged: it is cut, and a copy kept. */
  async #resume(file: AuditFile, before: AuditFile | undefined): Promise<Tail> {
    const handle = await open(file.path, 'r+');
    try {
      const bytes = await handle.readFile();
      const size = bytes.lastIndexOf('\n') + 1;
      if (size < bytes.length) {
        const aside = await copyAside(file.path);
        this.options.log.write(
          'warn',
          `The audit trail's last row was torn; it is cut, and kept in ${aside}.`,
        );
        await handle.truncate(size);
      }
      await handle.datasync();
      const head = lastRowIn(bytes.subarray(0, size)) ?? (await this.#headOf(before, file));
      return { file, size, head };
    } finally {
      await handle.close();
    }
  }

  /** The last whole row of the files; one that was edited later is verify's to tell. */
  async #headOf(...files: readonly (AuditFile | undefined)[]): Promise<ChainHead> {
    let head = GENESIS;
    for (const file of files) {
      if (file === undefined) continue;
      for await (const { text } of linesOf(file.path)) {
        const read = readRow(text);
        head = 'row' in read ? read.row : claimedHead(text, head);
      }
    }
    return head;
  }

  #assertMayWrite(): void {
    if (!this.options.isFenced()) return;
    throw new TaskHandlesError(
      'lock_lost',
      'Another broker has taken over this home; this one writes no more and must end.',
    );
  }
}

/** The row at the end, where it is whole: a start need not read all that is before it. */
function lastRowIn(bytes: Buffer): AuditRow | null {
  const end = bytes.length - 1;
  const read = readRow(bytes.subarray(bytes.lastIndexOf(10, end - 1) + 1, end).toString('utf8'));
  return 'row' in read ? read.row : null;
}

/** A write may take only part of the bytes. */
async function writeWhole(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const length = bytes.length - done;
    const { bytesWritten } = await file.write(bytes, done, length, position + done);
    if (bytesWritten === 0) throw new Error('the disk takes no more');
    done += bytesWritten;
  }
}
