import type { HandleId, TaskRecord } from './taskRecord.ts';

/** Payloads are JSON text, kept apart from the record that changes often. */
export type PayloadKind = 'result' | 'lateResult';

/** What the disk knows of a handle that is not among the live and recent ones. */
export type StoredPast =
  | { readonly kind: 'archived'; readonly record: unknown }
  /** It was issued once, and its ttl is over. */
  | { readonly kind: 'expired' };

/**
 * The registry's port on disk. Every promise resolves only after the bytes are synced (P1), or
 * rejects with `store_failed`; a failed write may be repeated.
 */
export interface TaskStore {
  /** Live and recent records, still unknown: the registry parses, one bad record hides no other. */
  load(): Promise<readonly unknown[]>;
  /** Writes the record whole; the payload, if any, is synced before the record. */
  put(record: TaskRecord, payload?: { kind: PayloadKind; json: string }): Promise<void>;
  /** Reads from wherever the record lies, archives included; `null` when there is none. */
  readPayload(handle: HandleId, kind: PayloadKind): Promise<string | null>;
}

/** The part of the port that is about what has ended long ago; same promises as `TaskStore`. */
export interface TaskArchive {
  /** Moves ended records and their payloads out of the datafiles, into compressed archives. */
  archive(handles: readonly HandleId[]): Promise<void>;
  /** Leaves a tombstone for each, synced, and then removes record and payloads. */
  expire(handles: readonly HandleId[]): Promise<void>;
  /** Drops whole archives whose records have all expired by then, leaving tombstones. */
  expireArchives(nowMs: number): Promise<void>;
  /** Archive and tombstones; `null` for a handle that never was. Costs no memory while unused. */
  findPast(handle: HandleId): Promise<StoredPast | null>;
  /** Archived records, newest archive first, at most `limit`. */
  listArchived(limit: number): Promise<readonly unknown[]>;
}
