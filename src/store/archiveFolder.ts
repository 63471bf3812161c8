import { rm } from 'node:fs/promises';
import { syncFolder } from '../common/durableFile.ts';
import type { Log } from '../common/log.ts';
import { isHandleId } from '../registry/handleId.ts';
import type { HandleId } from '../registry/taskRecord.ts';
import type { PayloadKind } from '../registry/taskStore.ts';
import { type ArchivedTask, ArchiveSegment } from './archiveSegment.ts';
import { listFiles, makeFolder } from './durableFiles.ts';
import { assertMayWrite } from './fence.ts';
import { asStoreFailed } from './storeFailure.ts';

const INDEX = /^(\d{6,})\.index\.json$/;
/** Before this no clock is right: such an end says nothing about when a task expires. */
const EARLIEST_MS = Date.UTC(2020, 0, 1);

export interface ArchiveFolderOptions {
  readonly folder: string;
  readonly log: Log;
  readonly isFenced: () => boolean;
  readonly now?: () => number;
}

/**
 * Old tasks in numbered, compressed segments. Nothing of them is in memory but when each segment
 * expires, and that only after it was asked for: 100,000 of them change nothing about a start.
 */
export class ArchiveFolder {
  readonly #expiries = new Map<number, number>();

  constructor(private readonly options: ArchiveFolderOptions) {}

  /** Resolves when the tasks are synced here; only then may they go elsewhere. */
  async add(tasks: readonly ArchivedTask[]): Promise<void> {
    assertMayWrite(this.options.isFenced);
    const { folder, now = Date.now } = this.options;
    await makeFolder(folder);
    const last = (await this.#segments())[0]?.number ?? 0;
    const expiries = tasks.map(({ record }) => expiryOf(record, now()));
    const latest = Math.max(...expiries);
    await new ArchiveSegment(folder, last + 1).write(tasks, latest);
  }

  /** The record, or `undefined`; rejects with `store_failed` when its archive is damaged. */
  async find(handle: HandleId): Promise<unknown> {
    const segment = await this.#segmentOf(handle);
    try {
      const records = (await segment?.records()) ?? [];
      return records.find((record) => handleIn(record) === handle);
    } catch (error) {
      throw asStoreFailed(this.options.folder, error);
    }
  }

  async readPayload(handle: HandleId, kind: PayloadKind): Promise<string | null> {
    return (await this.#segmentOf(handle))?.readPayload(handle, kind) ?? null;
  }

  /** Newest segment first; a task that a crash left in two is told once. */
  async list(limit: number): Promise<unknown[]> {
    const found = new Map<string, unknown>();
    for (const segment of await this.#segments()) {
      if (found.size >= limit) break;
      const records = await this.#readable(segment, () => segment.records(), []);
      for (const record of records.reverse()) {
        const handle = handleIn(record);
        if (handle !== null && !found.has(handle)) found.set(handle, record);
      }
    }
    return [...found.values()].slice(0, limit);
  }

  /** Whole segments that have expired: their handles are handed over before their files go. */
  async expire(nowMs: number, bury: (handles: HandleId[]) => Promise<void>): Promise<void> {
    for (const segment of await this.#segments()) {
      if ((await this.#expiryOf(segment)) >= nowMs) continue;
      await bury(await segment.handles());
      assertMayWrite(this.options.isFenced);
      for (const path of segment.paths) await rm(path, { force: true });
      await syncFolder(this.options.folder);
      this.#expiries.delete(segment.number);
    }
  }

  async #segmentOf(handle: HandleId): Promise<ArchiveSegment | null> {
    for (const segment of await this.#segments()) {
      if (await this.#readable(segment, () => segment.holds(handle), false)) return segment;
    }
    return null;
  }

  async #expiryOf(segment: ArchiveSegment): Promise<number> {
    const known = this.#expiries.get(segment.number);
    if (known !== undefined) return known;
    const never = Number.POSITIVE_INFINITY;
    const expiry = await this.#readable(segment, () => segment.latestExpiryMs(), never);
    this.#expiries.set(segment.number, expiry);
    return expiry;
  }

  /** One damaged segment hides no other; it is left as it is. */
  async #readable<T>(segment: ArchiveSegment, read: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await read();
    } catch (error) {
      const { folder, log } = this.options;
      log.write('warn', `Archive ${segment.number} in ${folder} cannot be read.`, error);
      return otherwise;
    }
  }

  async #segments(): Promise<ArchiveSegment[]> {
    const { folder } = this.options;
    return (await listFiles(folder))
      .flatMap((name) => INDEX.exec(name)?.[1] ?? [])
      .map((number) => new ArchiveSegment(folder, Number(number)))
      .sort((a, b) => b.number - a.number);
  }
}

function expiryOf(record: object, nowMs: number): number {
  const { endedAtMs, ttlMs } = record as { endedAtMs?: unknown; ttlMs?: unknown };
  if (typeof ttlMs !== 'number') return Number.POSITIVE_INFINITY;
  const isRight = typeof endedAtMs === 'number' && endedAtMs >= EARLIEST_MS;
  return (isRight ? endedAtMs : nowMs) + ttlMs;
}

function handleIn(record: unknown): HandleId | null {
  const { handle } = (record ?? {}) as { handle?: unknown };
  return isHandleId(handle) ? handle : null;
}
