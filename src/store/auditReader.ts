import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { AuditFault, AuditQuery, AuditRow } from '../registry/auditTrail.ts';
import type { HandleId } from '../registry/taskRecord.ts';
import { claimedHead, faultAfter, GENESIS, readRow } from './auditChain.ts';
import { type AuditFile, linesOf, listAuditFiles } from './auditFolder.ts';

const LARGEST_PAGE = 1_000;
/** How far a start looks back: what was under way when a broker died stands at the end. */
const RECENT_BYTES = 1024 * 1024;

/** The file that is being written, and how far it was synced: what is behind is no row yet. */
export interface SyncedEnd {
  readonly path: string;
  readonly size: number;
}

/** Reads the files of a trail as streams, so that no number of rows costs memory or a block. */
export class AuditReader {
  constructor(private readonly folder: string) {}

  async read(query: AuditQuery, end: SyncedEnd): Promise<AuditRow[]> {
    const { handle, afterSequence = 0, limit = LARGEST_PAGE } = query;
    const most = Math.max(1, Math.min(limit, LARGEST_PAGE));
    if (query.newest === true) return await this.#newest({ ...query, limit: most }, end);
    const found: AuditRow[] = [];
    for await (const row of this.#rows(await this.#filesFrom(afterSequence), end)) {
      if (row.sequence <= afterSequence) continue;
      if (handle !== undefined && row.handle !== handle) continue;
      found.push(row);
      if (found.length >= most) break;
    }
    return found;
  }

  /** From the newest file backwards, so that a long trail costs no more than a short one. */
  async #newest(query: AuditQuery & { limit: number }, end: SyncedEnd): Promise<AuditRow[]> {
    const { handle, afterSequence = 0, limit } = query;
    let found: AuditRow[] = [];
    for (const file of (await listAuditFiles(this.folder)).reverse()) {
      const rows: AuditRow[] = [];
      for await (const row of this.#rows([file], end)) {
        if (handle === undefined || row.handle === handle) rows.push(row);
        if (rows.length > 2 * limit) rows.splice(0, rows.length - limit);
      }
      found = [...rows, ...found].slice(-limit);
      if (found.length >= limit || (await firstSequence(file)) <= afterSequence + 1) break;
    }
    return found.filter(({ sequence }) => sequence > afterSequence);
  }

  async lastRows(end: SyncedEnd): Promise<ReadonlyMap<HandleId, AuditRow>> {
    const last = new Map<HandleId, AuditRow>();
    for (const { path, from, size } of await this.#recentParts(end)) {
      for await (const { text } of linesOf(path, size, from)) {
        // What is left of a row that the part cuts in two is none.
        const read = readRow(text);
        if (!('row' in read)) continue;
        const { row } = read;
        if (row.handle !== null && row.revision !== null) last.set(row.handle, row);
      }
    }
    return last;
  }

  /** What follows a faulty row is judged by where that row says it stood: one edit is one fault. */
  async verify(end: SyncedEnd): Promise<AuditFault[]> {
    const faults: AuditFault[] = [];
    let head = GENESIS;
    for (const { path } of await listAuditFiles(this.folder)) {
      for await (const { line, text } of linesOf(path, limitOf(path, end))) {
        const read = readRow(text);
        const problem = 'row' in read ? faultAfter(head, read.row) : read.problem;
        if (problem !== null) faults.push({ file: basename(path), line, problem });
        head = 'row' in read ? read.row : claimedHead(text, head);
      }
    }
    return faults;
  }

  async #recentParts(end: SyncedEnd): Promise<{ path: string; from: number; size: number }[]> {
    const parts = [];
    let left = RECENT_BYTES;
    for (const { path } of (await listAuditFiles(this.folder)).reverse()) {
      if (left <= 0) break;
      const size = path === end.path ? end.size : (await stat(path)).size;
      parts.unshift({ path, from: Math.max(0, size - left), size });
      left -= size;
    }
    return parts;
  }

  async *#rows(files: readonly AuditFile[], end: SyncedEnd): AsyncGenerator<AuditRow> {
    for (const { path } of files) {
      for await (const { text } of linesOf(path, limitOf(path, end))) {
        const read = readRow(text);
        if ('row' in read) yield read.row;
      }
    }
  }

  /** Leaves out files that end before the wanted row: a page costs its own file, not all. */
  async #filesFrom(afterSequence: number): Promise<AuditFile[]> {
    const files = await listAuditFiles(this.folder);
    let first = files.length - 1;
    while (first > 0 && (await firstSequence(files[first])) > afterSequence + 1) first -= 1;
    return files.slice(Math.max(0, first));
  }
}

function limitOf(path: string, end: SyncedEnd): number {
  return path === end.path ? end.size : Number.POSITIVE_INFINITY;
}

/** The number of a file's first row; 0 when it has none, so that the file is read. */
async function firstSequence(file: AuditFile | undefined): Promise<number> {
  if (file === undefined) return 0;
  for await (const { text } of linesOf(file.path)) {
    const read = readRow(text);
    return 'row' in read ? read.row.sequence : 0;
  }
  return 0;
}
