import { createReadStream } from 'node:fs';
import { systemCodeOf } from '../common/errors.ts';
import { isJsonObject, parseJson } from '../common/json.ts';
import { LineReader } from '../common/lines.ts';
import type { StoredDocument } from './nedbFile.ts';

/** What one pass over a datafile found, beside the documents. */
export interface DatafileScan {
  readonly lines: number;
  /** Lines of which something could not be read. */
  readonly lostLines: number;
  /** Whose lines those were, where that can still be read. */
  readonly lostHandles: readonly string[];
  /** All that is lost is the last line, cut short: its write was never acknowledged. */
  readonly isTornTailOnly: boolean;
  /** Whether lines may be appended to the file as it is. */
  readonly isSound: boolean;
}

/** NeDB takes these for line ends; our own lines hold them escaped only. */
const FOREIGN_LINE_ENDS = /[\u0085\u2028\u2029]/;

/** Where a line of ours begins. Inside a text of ours its quotes would be escaped. */
const LINE_STARTS = /(?=\{"(?:_id|\$\$deleted)":)/;

/** What a power cut leaves of blocks that were never written. */
const NULS = /\0+/;

const HANDLES = /th_[a-z2-7]{26}/g;
const MAX_LOST_HANDLES = 1_000;

/**
 * Reads a datafile once, a chunk at a time, and tells every whole document in the order of the
 * file, also one behind a torn half. Removals are told as `$$deleted`. No file is an empty one.
 */
export async function scanDatafile(
  path: string,
  onDocument: (document: StoredDocument) => void | Promise<void>,
): Promise<DatafileScan> {
  const scanner = new Scanner();
  const reader = new LineReader((line) => scanner.take(line), Number.POSITIVE_INFINITY);
  try {
    for await (const chunk of createReadStream(path)) {
      reader.push(chunk);
      for (const document of scanner.takeDocuments()) await onDocument(document);
    }
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
  scanner.takeTail(reader.takeRest().toString('utf8'));
  for (const document of scanner.takeDocuments()) await onDocument(document);
  return scanner.result();
}

class Scanner {
  readonly #lostHandles = new Set<string>();
  #documents: StoredDocument[] = [];
  #lines = 0;
  #lostLines = 0;
  #isTailTorn = false;
  #isSound = true;

  take(line: string): void {
    this.#lines += 1;
    const document = FOREIGN_LINE_ENDS.test(line) ? undefined : parseDocument(line);
    if (document) this.#documents.push(document);
    else this.#salvage(line);
  }

  /** Even a whole last line is in need of its end, or the next one is glued to it. */
  takeTail(text: string): void {
    if (text === '') return;
    const lostBefore = this.#lostLines;
    this.take(text);
    this.#isSound = false;
    this.#isTailTorn = this.#lostLines > lostBefore;
  }

  takeDocuments(): StoredDocument[] {
    const documents = this.#documents;
    this.#documents = [];
    return documents;
  }

  result(): DatafileScan {
    return {
      lines: this.#lines,
      lostLines: this.#lostLines,
      lostHandles: [...this.#lostHandles],
      isTornTailOnly: this.#isTailTorn && this.#lostLines === 1,
      isSound: this.#isSound,
    };
  }

  #salvage(line: string): void {
    this.#isSound = false;
    const pieces = line.split(NULS).flatMap((part) => part.split(LINE_STARTS));
    const lost = pieces.filter((piece) => !this.#takePiece(piece));
    if (lost.length > 0 || line.includes('\0')) this.#lostLines += 1;
    for (const [handle] of lost.flatMap((piece) => [...piece.matchAll(HANDLES)])) {
      if (this.#lostHandles.size < MAX_LOST_HANDLES) this.#lostHandles.add(handle);
    }
  }

  #takePiece(piece: string): boolean {
    if (piece.trim() === '') return true;
    const document = parseDocument(piece);
    if (document) this.#documents.push(document);
    return document !== undefined;
  }
}

function parseDocument(text: string): StoredDocument | undefined {
  const value = parseJson(text);
  return isStored(value) ? value : undefined;
}

function isStored(value: unknown): value is StoredDocument {
  return isJsonObject(value) && typeof value._id === 'string';
}
