import { setImmediate } from 'node:timers/promises';
import Datastore from 'nedb-promises';
import { FILE_MODE, FOLDER_MODE } from './durableFiles.ts';

/** What we store. Members are JSON values whose names hold neither `$` nor `.`. */
export interface StoredDocument {
  readonly _id: string;
  readonly [name: string]: unknown;
}

/** The parts of NeDB that its promise wrapper passes through without a type. */
interface Inside {
  readonly persistence: { loadDatabaseAsync(): Promise<void> };
  readonly executor: { processBuffer(): void };
  _addToIndexes(document: StoredDocument): void;
}

/** Documents taken in before others get their turn: about 2 ms. */
const SLICE = 250;

/** One NeDB instance on one file that exists and holds exactly the documents given. */
export class NedbFile {
  private constructor(private readonly db: ReturnType<typeof Datastore.create>) {}

  /**
   * NeDB's own loading parses the file a second time and writes it anew without a pause (10,000
   * records: 0.5 s in one block), so it is handed the documents that the scan has read (decision 11).
   */
  static async open(path: string, documents: Iterable<StoredDocument>): Promise<NedbFile> {
    const options = {
      filename: path,
      modes: { fileMode: FILE_MODE, dirMode: FOLDER_MODE },
      afterSerialization: escapeLineEnds,
      beforeDeserialization: (line: string) => line,
    };
    const db = Datastore.create(options);
    const inside = db as unknown as Inside;
    inside.persistence.loadDatabaseAsync = async () => {
      await takeIn(inside, documents);
      inside.executor.processBuffer();
    };
    await db.load();
    return new NedbFile(db);
  }

  /** Appends; not synced. Memory changes first, so after a failure it is ahead of the file. */
  async append(document: StoredDocument): Promise<void> {
    await this.db.update({ _id: document._id }, document, { upsert: true });
  }

  /** Appends a removal, not synced; tells whether there was anything to remove. */
  async remove(id: string): Promise<boolean> {
    return (await this.db.remove({ _id: id }, {})) > 0;
  }
}

async function takeIn(inside: Inside, documents: Iterable<StoredDocument>): Promise<void> {
  let taken = 0;
  for (const document of documents) {
    inside._addToIndexes(document);
    taken += 1;
    if (taken % SLICE === 0) await setImmediate();
  }
}

/** A document's line, without its end. */
export function lineOf(document: StoredDocument): string {
  return escapeLineEnds(JSON.stringify(document));
}

/** NeDB ends lines at these too, so one in a message would tear its record in two. */
function escapeLineEnds(line: string): string {
  return line.replace(
    /[\u0085\u2028\u2029]/g,
    (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
