import { foldProgress } from './progress.ts';
import { isTerminal, type TaskProgress, type TaskRecord } from './taskRecord.ts';

/**
 * One task in memory. `published` is on disk and may be shown; `decided` may still be on its way
 * there and is what the next event is judged against (P1, P3).
 */
export class TaskEntry {
  #published: TaskRecord;
  #decided: TaskRecord;
  #tick: { readonly progress: TaskProgress; readonly atMs: number } | null = null;
  #tail: Promise<void> = Promise.resolve();
  #writes = 0;

  constructor(record: TaskRecord) {
    this.#published = record;
    this.#decided = record;
  }

  /** What may be shown: the durable record with the latest progress. */
  get current(): TaskRecord {
    return this.#withTick(this.#published);
  }

  /** What has been decided, with the latest progress. */
  get decided(): TaskRecord {
    return this.#withTick(this.#decided);
  }

  get isWriting(): boolean {
    return this.#writes > 0;
  }

  /** Resolves when everything decided so far is written or given up; never rejects. */
  get settled(): Promise<void> {
    return this.#tail;
  }

  /** Takes a progress event into memory; `false` when the task has ended. */
  tick(progress: TaskProgress, nowMs: number): boolean {
    if (isTerminal(this.#decided.status)) return false;
    const last = this.#tick?.progress ?? this.#decided.progress;
    this.#tick = { progress: foldProgress(last, progress), atMs: nowMs };
    return true;
  }

  /** Makes a decision the latest one; it is written, shown and told after those before it. */
  decide(record: TaskRecord, write: () => Promise<void>, tell?: () => void): Promise<void> {
    this.#decided = record;
    this.#writes += 1;
    const written = this.#tail.then(write).then(() => {
      this.#publish(record);
      tell?.();
    });
    this.#tail = written.then(
      () => this.#endWrite(),
      () => this.#endWrite(),
    );
    return written;
  }

  #publish(record: TaskRecord): void {
    this.#published = record;
    if (isTerminal(record.status)) this.#tick = null;
  }

  #endWrite(): void {
    this.#writes -= 1;
  }

  #withTick(record: TaskRecord): TaskRecord {
    if (this.#tick === null || isTerminal(record.status)) return record;
    const lastUpdatedAtMs = Math.max(record.lastUpdatedAtMs, this.#tick.atMs);
    return { ...record, progress: this.#tick.progress, lastUpdatedAtMs };
  }
}
