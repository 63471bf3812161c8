import { TaskHandlesError } from '../../src/common/errors.ts';
import type { TaskRecord } from '../../src/registry/taskRecord.ts';
import type {
  PayloadKind,
  StoredPast,
  TaskArchive,
  TaskStore,
} from '../../src/registry/taskStore.ts';

/** A store that a test can make slow or failing; what it holds counts as on disk. */
export class MemoryTaskStore implements TaskStore, TaskArchive {
  readonly records = new Map<string, unknown>();
  readonly payloads = new Map<string, string>();
  readonly archived = new Map<string, unknown>();
  readonly tombstones = new Set<string>();
  /** Every attempt to write, in order. */
  readonly attempts: TaskRecord[] = [];
  failure: TaskHandlesError | null = null;
  #gate: Promise<void> = Promise.resolve();

  /** Holds all writes until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = withResolvers();
    this.#gate = promise;
    return resolve;
  }

  fail(): void {
    this.failure = new TaskHandlesError('store_failed', 'The disk is full; free space.');
  }

  heal(): void {
    this.failure = null;
  }

  async load(): Promise<readonly unknown[]> {
    return [...this.records.values()];
  }

  async put(record: TaskRecord, payload?: { kind: PayloadKind; json: string }): Promise<void> {
    this.attempts.push(record);
    await this.#gate;
    if (this.failure) throw this.failure;
    if (payload) this.payloads.set(`${record.handle}:${payload.kind}`, payload.json);
    this.records.set(record.handle, record);
  }

  async readPayload(handle: string, kind: PayloadKind): Promise<string | null> {
    return this.payloads.get(`${handle}:${kind}`) ?? null;
  }

  async archive(handles: readonly string[]): Promise<void> {
    if (this.failure) throw this.failure;
    for (const handle of handles) {
      this.archived.set(handle, this.records.get(handle));
      this.records.delete(handle);
    }
  }

  async expire(handles: readonly string[]): Promise<void> {
    if (this.failure) throw this.failure;
    for (const handle of handles) {
      this.tombstones.add(handle);
      this.records.delete(handle);
    }
  }

  async expireArchives(): Promise<void> {}

  async findPast(handle: string): Promise<StoredPast | null> {
    const record = this.archived.get(handle);
    if (record !== undefined) return { kind: 'archived', record };
    return this.tombstones.has(handle) ? { kind: 'expired' } : null;
  }

  async listArchived(limit: number): Promise<readonly unknown[]> {
    return [...this.archived.values()].slice(0, limit);
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
