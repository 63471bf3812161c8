import { auditDraftOf, principalOf } from './auditDrafts.ts';
import type { AuditTrail } from './auditTrail.ts';
import { type FutureRecord, parseTaskRecord } from './parseTaskRecord.ts';
import { hasExpired } from './retention.ts';
import type { SteadyTime } from './steadyTime.ts';
import type { HandleId, TaskRecord } from './taskRecord.ts';
import type { TaskArchive } from './taskStore.ts';

/**
 * What a handle stands for. `future`: a newer version of us wrote it; `expired`: its ttl is over;
 * `unknown`: never issued here, as far as anybody can tell.
 */
export type FoundTask =
  | { readonly kind: 'task'; readonly record: TaskRecord; readonly isArchived: boolean }
  | { readonly kind: 'future'; readonly future: FutureRecord }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' };

/** The ports of `PastTasks`. */
export interface PastTasksOptions {
  readonly archive: TaskArchive | undefined;
  readonly audit: AuditTrail;
  readonly time: SteadyTime;
}

/** The registry's tasks that are not at hand: in archives, expired, or of a newer version. */
export class PastTasks {
  readonly #futures = new Map<HandleId, FutureRecord>();

  constructor(private readonly options: PastTasksOptions) {}

  get futures(): FutureRecord[] {
    return [...this.#futures.values()];
  }

  addFuture(future: FutureRecord): void {
    this.#futures.set(future.handle, future);
  }

  async find(handle: HandleId): Promise<FoundTask> {
    const future = this.#futures.get(handle);
    if (future) return { kind: 'future', future };
    const past = await this.options.archive?.findPast(handle);
    if (!past) return { kind: 'unknown' };
    const parsed = past.kind === 'archived' ? parseTaskRecord(past.record) : null;
    if (!parsed?.ok || hasExpired(parsed.record, this.options.time)) return { kind: 'expired' };
    return { kind: 'task', record: parsed.record, isArchived: true };
  }

  /** Those that have not expired, in the archives' order. */
  async list(limit: number): Promise<TaskRecord[]> {
    const values = (await this.options.archive?.listArchived(limit)) ?? [];
    return values
      .flatMap((value) => {
        const parsed = parseTaskRecord(value);
        return parsed.ok ? [parsed.record] : [];
      })
      .filter((record) => !hasExpired(record, this.options.time));
  }

  /** Rows in the trail, tombstones, and then no record any more; `false` when there is no archive. */
  async expire(records: readonly TaskRecord[]): Promise<boolean> {
    const { archive, audit } = this.options;
    if (archive === undefined) return false;
    const event = { type: 'expired' } as const;
    const rows = records.map((record) =>
      auditDraftOf({ before: record, after: record, event, principal: principalOf(record, event) }),
    );
    await Promise.all(rows.map((row) => audit.append(row)));
    await archive.expire(records.map(({ handle }) => handle));
    return true;
  }

  async archive(records: readonly TaskRecord[]): Promise<boolean> {
    const { archive } = this.options;
    await archive?.archive(records.map(({ handle }) => handle));
    return archive !== undefined;
  }
}
