import { rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import Datastore from 'nedb-promises';
import { FILE_MODE, FOLDER_MODE, isVanished } from './durableFiles.ts';

/** What we store. Members are JSON values whose names hold neither `$` nor `.`. */
export interface StoredDocument {
  readonly _id: string;
  readonly [name: string]: unknown;
}

/** The part of NeDB that its promise wrapper passes through without a type. */
interface Compactable {
  compactDatafileAsync(): Promise<void>;
}

const CHUNK = 500;

/**
 * One NeDB instance on one file. An instance that failed to load is of no more use (it remembers
 * the failure), so a new one is made for each attempt.
 */
export class NedbFile {
  private constructor(private readonly db: ReturnType<typeof Datastore.create>) {}

  /** Reads the file, or makes it; never makes the folder, which may have vanished. */
  static async open(path: string): Promise<NedbFile> {
    await stat(dirname(path));
    await finishCompaction(path);
    const options = {
      filename: path,
      modes: { fileMode: FILE_MODE, dirMode: FOLDER_MODE },
      // Unreadable lines have been counted and copied aside before: they must not hide good ones.
      corruptAlertThreshold: 1,
      afterSerialization: escapeLineEnds,
      beforeDeserialization: (line: string) => line,
    };
    const file = new NedbFile(Datastore.create(options));
    await file.db.load();
    return file;
  }

  async readAll(): Promise<StoredDocument[]> {
    return this.db.find<StoredDocument>({});
  }

  /** Appends; not synced. Memory changes first, so after a failure it is ahead of the file. */
  async append(document: StoredDocument): Promise<void> {
    await this.db.update({ _id: document._id }, document, { upsert: true });
  }

  /** Appends documents that are not there yet, in few large writes. */
  async appendNew(documents: readonly StoredDocument[]): Promise<void> {
    for (let start = 0; start < documents.length; start += CHUNK) {
      await this.db.insertMany(documents.slice(start, start + CHUNK));
    }
  }

  /** Rewrites the file with one line for each document, synced. */
  async compact(): Promise<void> {
    await (this.db as unknown as Compactable).compactDatafileAsync();
  }
}

/** NeDB ends lines at these too, so one in a message would tear its record in two. */
function escapeLineEnds(line: string): string {
  return line.replace(
    /[\u0085\u2028\u2029]/g,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A crash between the two names of a compaction leaves only the second. */
async function finishCompaction(path: string): Promise<void> {
  const compacted = `${path}~`;
  if ((await isVanished(path)) && !(await isVanished(compacted))) await rename(compacted, path);
}
