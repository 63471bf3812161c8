import type { HandleId, TaskRecord } from './taskRecord.ts';

/** Payloads are JSON text, kept apart from the record that changes often. */
export type PayloadKind = 'result' | 'lateResult';

/**
 * The registry's port on disk. Every promise resolves only after the bytes are synced (P1), or
 * rejects with `store_failed`; a failed write may be repeated.
 */
export interface TaskStore {
  /** Every stored record, still unknown: the registry parses, one bad record hides no other. */
  load(): Promise<readonly unknown[]>;
  /** Writes the record whole; the payload, if any, is synced before the record. */
  put(record: TaskRecord, payload?: { kind: PayloadKind; json: string }): Promise<void>;
  readPayload(handle: HandleId, kind: PayloadKind): Promise<string | null>;
}
