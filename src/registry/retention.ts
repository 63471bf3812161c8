import type { Clock } from '../common/clock.ts';
import type { Disposable } from '../common/disposable.ts';
import type { Log } from '../common/log.ts';
import type { Registry } from './registry.ts';
import type { SteadyTime } from './steadyTime.ts';
import { type HandleId, isTerminal, type TaskRecord } from './taskRecord.ts';
import type { TaskArchive } from './taskStore.ts';

export interface RetentionOptions {
  readonly registry: Registry;
  readonly archive: TaskArchive;
  readonly clock: Clock;
  readonly log: Log;
  readonly time: SteadyTime;
  /** How many handles stay at hand; the rest, oldest end first, goes to archives. */
  readonly keptHandles?: number;
}

const SWEEP_MS = 60_000;
const KEPT_HANDLES = 10_000;
/** How many go into one archive. */
const ARCHIVE_BATCH = 1_000;
/** Beyond the limit this share more goes, so that archives are worth their files. */
const SPARE_SHARE = 0.1;

/** Whether the time to live of an ended task is over. */
export function hasExpired(record: TaskRecord, time: SteadyTime): boolean {
  return record.endedAtMs !== null && time.ageOf(record.endedAtMs) > record.ttlMs;
}

/** Ends what has outlived its ttl, and moves old handles out of memory (P4). */
export class Retention implements Disposable {
  #timer: Disposable | null = null;
  #isDisposed = false;

  constructor(private readonly options: RetentionOptions) {
    this.#sleep();
  }

  /** One sweep. A disk that refuses leaves all as it is; the next sweep tries again. */
  async sweep(): Promise<void> {
    const { registry, archive, time, log } = this.options;
    try {
      await registry.expire(this.#expired());
      await archive.expireArchives(time.now());
      const surplus = this.#surplus();
      for (let start = 0; start < surplus.length; start += ARCHIVE_BATCH) {
        await registry.archive(surplus.slice(start, start + ARCHIVE_BATCH));
      }
    } catch (error) {
      log.write('warn', 'Old tasks could not be put away; it is tried again.', error);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#timer?.dispose();
  }

  #sleep(): void {
    if (this.#isDisposed) return;
    this.#timer = this.options.clock.after(SWEEP_MS, () => {
      void this.sweep().then(() => this.#sleep());
    });
  }

  #expired(): HandleId[] {
    const { registry, time } = this.options;
    return registry
      .all()
      .filter((record) => hasExpired(record, time))
      .map((record) => record.handle);
  }

  #surplus(): HandleId[] {
    const { registry, keptHandles = KEPT_HANDLES } = this.options;
    if (registry.size <= keptHandles) return [];
    const ended = registry.all().filter((record) => isTerminal(record.status));
    const count = registry.size - keptHandles + Math.floor(keptHandles * SPARE_SHARE);
    return ended
      .sort((a, b) => (a.endedAtMs ?? 0) - (b.endedAtMs ?? 0))
      .slice(0, count)
      .map((record) => record.handle);
  }
}
