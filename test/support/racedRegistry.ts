import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { silentLog } from '../../src/common/log.ts';
import { type ApplyOutcome, Registry } from '../../src/registry/registry.ts';
import type { TaskEvent } from '../../src/registry/taskEvent.ts';
import type { HandleId, TaskDeadlines, TaskRecord } from '../../src/registry/taskRecord.ts';
import { FakeClock } from './fakeClock.ts';
import { MemoryAuditTrail } from './memoryAuditTrail.ts';
import { MemoryTaskStore } from './memoryTaskStore.ts';
import { aDraft } from './taskRecords.ts';

/** What the disk does with the write it holds: goes on holding, writes, or fails it. */
export type DiskStep = 'held' | 'written' | 'failed';

const RETRY_MS = 60_000;

/** One task in a real registry, on a disk that takes each write only when it is told to. */
export class RacedRegistry {
  readonly told: TaskRecord[] = [];
  readonly #clock = new FakeClock();
  readonly #store = new MemoryTaskStore();
  readonly #audit = new MemoryAuditTrail();
  readonly #registry = this.#newRegistry();
  readonly #outcomes: Promise<ApplyOutcome>[] = [];
  #handle: HandleId = 'th_';
  #release = () => {};

  static async start(deadlines: TaskDeadlines): Promise<RacedRegistry> {
    const raced = new RacedRegistry();
    const { handle } = await raced.#registry.create(aDraft({ deadlines }));
    raced.#handle = handle;
    raced.#registry.onDidChange((record) => {
      raced.told.push(record);
      raced.assertTold('when it is told');
      const isNoted = raced.#audit.rows.some(({ revision }) => revision === record.revision);
      assert.ok(isNoted, 'P8 a change shows after its row in the audit trail');
    });
    raced.#release = raced.#store.hold();
    return raced;
  }

  get record(): TaskRecord {
    const record = this.#registry.get(this.#handle);
    assert.ok(record);
    return record;
  }

  get payloads(): Record<string, string> {
    const entries = [...this.#store.payloads].map(([key, json]) => [key.split(':')[1], json]);
    return Object.fromEntries(entries);
  }

  apply(event: TaskEvent): void {
    this.#outcomes.push(this.#registry.apply(this.#handle, event));
  }

  /** Lets the write that is held, if any, go its way; the next one is held again. */
  async disk(step: DiskStep): Promise<void> {
    await turn();
    if (step === 'held') return;
    if (step === 'failed') this.#store.fail();
    const release = this.#release;
    this.#release = this.#store.hold();
    release();
    await turn();
    this.#store.heal();
  }

  /** What the registry tells is what was put to the store last (P1). */
  assertTold(what: string): void {
    assert.deepEqual(this.record, this.#store.records.get(this.#handle), what);
  }

  /** The disk is well again. Every outcome, once it is told, is on disk. */
  async settle(): Promise<readonly ApplyOutcome[]> {
    const checked = this.#outcomes.map(async (told) => {
      const outcome = await told;
      assert.ok(outcome.record.revision <= this.record.revision, 'told before it was on disk');
      return outcome;
    });
    this.#release();
    await turn();
    this.#clock.advance(RETRY_MS);
    const release = this.#store.hold();
    release();
    return await Promise.all(checked);
  }

  /** What a registry of the next broker says. */
  async reloaded(): Promise<TaskRecord | undefined> {
    const next = this.#newRegistry();
    await next.load();
    const record = next.get(this.#handle);
    next.dispose();
    return record;
  }

  dispose(): void {
    this.#registry.dispose();
  }

  #newRegistry(): Registry {
    const ports = { store: this.#store, audit: this.#audit, clock: this.#clock };
    return new Registry({ ...ports, log: silentLog });
  }
}
