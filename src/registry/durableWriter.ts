import type { Clock } from '../common/clock.ts';
import type { Disposable } from '../common/disposable.ts';
import { TaskHandlesError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { AuditDraft, AuditTrail } from './auditTrail.ts';
import type { TaskRecord } from './taskRecord.ts';
import type { TaskStore } from './taskStore.ts';
import type { Payload } from './transition.ts';

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 30_000;

interface Wait {
  readonly timer: Disposable;
  readonly resolve: () => void;
}

/** Where changes go. */
export interface WriterPorts {
  readonly store: TaskStore;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly log: Log;
}

/** A record that is to be written; `audit` is its row in the trail, absent for progress alone. */
export interface DurableChange {
  readonly record: TaskRecord;
  readonly payload?: Payload | undefined;
  readonly audit?: AuditDraft;
}

/**
 * Writes until it is written: what has been decided must not be lost to a full or missing disk.
 * The row of the audit trail comes first, so that no change is ever visible without one (P8).
 */
export class DurableWriter implements Disposable {
  readonly #waits = new Set<Wait>();
  #isFailing = false;
  #isDisposed = false;

  constructor(private readonly ports: WriterPorts) {}

  /** Resolves when the change is on disk; rejects only when we may not write any more. */
  async write(change: DurableChange): Promise<void> {
    let { audit } = change;
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
      try {
        if (audit !== undefined) await this.#noting(this.#append(audit));
        audit = undefined;
        return await this.#noting(this.ports.store.put(change.record, change.payload));
      } catch (error) {
        if (this.#isDisposed || TaskHandlesError.is(error, 'lock_lost')) throw error;
      }
      await this.#wait(retryMs);
    }
  }

  /** One attempt. A row whose record then failed is answered by one that says so. */
  async writeOnce({ record, payload, audit }: DurableChange): Promise<void> {
    if (audit !== undefined) await this.#noting(this.#append(audit));
    try {
      await this.#noting(this.ports.store.put(record, payload));
    } catch (error) {
      if (audit !== undefined) await this.#takeBack(audit);
      throw error;
    }
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

  async #append(row: AuditDraft): Promise<void> {
    await this.ports.audit.append(row);
  }

  async #takeBack(audit: AuditDraft): Promise<void> {
    try {
      await this.#append({ ...audit, outcome: 'not_recorded' });
    } catch (error) {
      this.ports.log.write('warn', 'The audit trail holds a change that was not recorded.', error);
    }
  }

  /** An outage is logged once at its beginning and once at its end. */
  async #noting(write: Promise<unknown>): Promise<void> {
    try {
      await write;
    } catch (error) {
      if (!this.#isFailing) this.#tell('error', 'Task records cannot be written.', error);
      this.#isFailing = true;
      throw error;
    }
    if (this.#isFailing) this.#tell('info', 'Task records can be written again.');
    this.#isFailing = false;
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
