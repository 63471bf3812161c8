import type { Clock } from '../common/clock.ts';
import type { Disposable } from '../common/disposable.ts';
import { TaskHandlesError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { TaskRecord } from './taskRecord.ts';
import type { TaskStore } from './taskStore.ts';
import type { Payload } from './transition.ts';

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;

interface Wait {
  readonly timer: Disposable;
  readonly resolve: () => void;
}

/** Writes until it is written: what has been decided must not be lost to a full or missing disk. */
export class DurableWriter implements Disposable {
  readonly #waits = new Set<Wait>();
  #isFailing = false;
  #isDisposed = false;

  constructor(private readonly ports: { store: TaskStore; clock: Clock; log: Log }) {}

  /** Resolves when the record is on disk; rejects only when we may not write any more. */
  async write(record: TaskRecord, payload?: Payload): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
      try {
        return await this.writeOnce(record, payload);
      } catch (error) {
        if (this.#isDisposed || TaskHandlesError.is(error, 'lock_lost')) throw error;
      }
      await this.#wait(retryMs);
    }
  }

  /** One attempt. An outage is logged once at its beginning and once at its end. */
  async writeOnce(record: TaskRecord, payload?: Payload): Promise<void> {
    try {
      await this.ports.store.put(record, payload);
    } catch (error) {
      if (!this.#isFailing) this.#tell('error', 'Task records cannot be written.', error);
      this.#isFailing = true;
      throw error;
    }
    if (this.#isFailing) this.#tell('info', 'Task records can be written again.');
    this.#isFailing = false;
  }

  /** Ends the waiting; each write in a row makes one last attempt. */
  dispose(): void {
    this.#isDisposed = true;
    for (const wait of this.#waits) {
      wait.timer.dispose();
      wait.resolve();
    }
    this.#waits.clear();
  }

  #tell(level: 'info' | 'error', message: string, cause?: unknown): void {
    this.ports.log.write(level, message, cause);
  }

  #wait(ms: number): Promise<void> {
    if (this.#isDisposed) return Promise.resolve();
    return new Promise((resolve) => {
      const wait: Wait = {
        resolve,
        timer: this.ports.clock.after(ms, () => {
          this.#waits.delete(wait);
          resolve();
        }),
      };
      this.#waits.add(wait);
    });
  }
}
