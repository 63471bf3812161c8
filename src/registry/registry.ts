import type { Clock } from '../common/clock.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { Emitter, type Event } from '../common/event.ts';
import type { Log } from '../common/log.ts';
import { DurableWriter } from './durableWriter.ts';
import { noSuchHandle } from './noSuchHandle.ts';
import { Pacer } from './pacer.ts';
import { parseTaskRecord } from './parseTaskRecord.ts';
import { newTaskRecord, type TaskDraft } from './taskDraft.ts';
import { TaskEntry } from './taskEntry.ts';
import type { TaskEvent } from './taskEvent.ts';
import { sortTasks } from './taskOrder.ts';
import { type HandleId, isTerminal, type TaskProgress, type TaskRecord } from './taskRecord.ts';
import type { TaskStore } from './taskStore.ts';
import { transition } from './transition.ts';

/** At most so often is a tick told, for each task. */
const TICK_INTERVAL_MS = 250;
/** At most so often is progress alone written, for each task. */
const SNAPSHOT_INTERVAL_MS = 5_000;

const LOST_NOTE =
  'The process that did the work ended with its broker; how the call ended is unknown.';

/** The ports of a registry; whoever makes them disposes of them. */
export interface RegistryOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** What an event did. `record` is on disk in either case; unchanged means that another won (P3). */
export interface ApplyOutcome {
  readonly changed: boolean;
  readonly record: TaskRecord;
}

/** Which tasks to list; an absent member does not narrow. */
export interface TaskFilter {
  readonly workspace?: string | null;
  readonly route?: string;
}

/**
 * The source of truth about handles. What it tells (`get`, `list`, `onDidChange`) is on disk (P1);
 * the exception is progress, which is memory with a snapshot now and then.
 */
export class Registry implements Disposable {
  readonly #entries = new Map<HandleId, TaskEntry>();
  readonly #pending = new Set<Promise<unknown>>();
  readonly #disposables = new DisposableStore();
  readonly #writer: DurableWriter;
  readonly #tells: Pacer<HandleId>;
  readonly #snapshots: Pacer<HandleId>;
  readonly #didChange = this.#disposables.add(new Emitter<TaskRecord>());
  readonly #didTick = this.#disposables.add(new Emitter<TaskRecord>());

  /** A task was created or changed its state; the record is on disk. */
  readonly onDidChange: Event<TaskRecord> = this.#didChange.event;
  /** A live task's progress moved; at most four times a second for each task. */
  readonly onDidTick: Event<TaskRecord> = this.#didTick.event;

  constructor(private readonly options: RegistryOptions) {
    const { clock } = options;
    this.#writer = this.#disposables.add(new DurableWriter(options));
    this.#tells = this.#disposables.add(
      new Pacer<HandleId>({
        clock,
        intervalMs: TICK_INTERVAL_MS,
        leading: true,
        run: (handle) => this.#tellTick(handle),
      }),
    );
    this.#snapshots = this.#disposables.add(
      new Pacer<HandleId>({
        clock,
        intervalMs: SNAPSHOT_INTERVAL_MS,
        leading: false,
        run: (handle) => this.#snapshot(handle),
      }),
    );
  }

  /** Takes in what the store holds. Live records stay live: call `loseOrphans` before serving. */
  async load(): Promise<void> {
    this.addStored(await this.options.store.load());
  }

  /** Takes in records the store found later; a bad one is logged and hides no other. */
  addStored(values: readonly unknown[]): void {
    for (const value of values) {
      const parsed = parseTaskRecord(value);
      if (parsed.ok) this.#addRecord(parsed.record);
      else this.options.log.write('warn', `A stored task was left out: ${parsed.problem}.`);
    }
  }

  /** Every live task whose upstream is not in our hands becomes `lost` (P5). */
  async loseOrphans(isAlive: (record: TaskRecord) => boolean): Promise<void> {
    const orphans = this.list().filter((task) => !isTerminal(task.status) && !isAlive(task));
    const event: TaskEvent = { type: 'lost', note: LOST_NOTE };
    await Promise.all(orphans.map((task) => this.apply(task.handle, event)));
  }

  /** Makes a handle. It exists only once it is on disk; if that fails, there is no task (P1). */
  async create(draft: TaskDraft): Promise<TaskRecord> {
    const record = newTaskRecord(draft, this.options.clock.now());
    await this.#track(this.#writer.writeOnce(record));
    this.#addRecord(record);
    return record;
  }

  /**
   * Decides at once, against the latest decision, whether the event changes the task; resolves
   * when the outcome is on disk. A failing disk delays that, it does not undo the decision.
   */
  async apply(handle: HandleId, event: TaskEvent): Promise<ApplyOutcome> {
    const entry = this.#entryOf(handle);
    const decision = transition(entry.decided, event, this.options.clock.now());
    if (!decision.changed) {
      await entry.settled;
      return { changed: false, record: entry.current };
    }
    const { record, payload } = decision;
    this.#snapshots.forget(handle);
    if (isTerminal(record.status)) this.#tells.forget(handle);
    const write = () => this.#writer.write(record, payload);
    const written = entry.decide(record, write, () => this.#didChange.fire(record));
    await this.#track(written);
    return { changed: true, record };
  }

  /** Takes a progress event. In memory, never fails; ignored once the task has ended. */
  tick(handle: HandleId, progress: TaskProgress): void {
    const entry = this.#entries.get(handle);
    if (!entry?.tick(progress, this.options.clock.now())) return;
    this.#snapshots.poke(handle);
    this.#tells.poke(handle);
  }

  get(handle: HandleId): TaskRecord | undefined {
    return this.#entries.get(handle)?.current;
  }

  /** Live first, oldest first; then finished, newest first. */
  list({ workspace, route }: TaskFilter = {}): TaskRecord[] {
    const tasks = [...this.#entries.values()]
      .map((entry) => entry.current)
      .filter((task) => workspace === undefined || task.workspace === workspace)
      .filter((task) => route === undefined || task.route === route);
    return sortTasks(tasks);
  }

  /** The result in JSON text, exactly as it came; `null` when there is none. */
  async readResult(handle: HandleId): Promise<string | null> {
    if (!this.#entryOf(handle).current.hasResult) return null;
    return this.options.store.readPayload(handle, 'result');
  }

  /** A result that came after the end: for people, never delivered as success. */
  async readLateResult(handle: HandleId): Promise<string | null> {
    if (!this.#entryOf(handle).current.hasLateResult) return null;
    return this.options.store.readPayload(handle, 'lateResult');
  }

  /** Resolves when no write is under way. */
  async flush(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled([...this.#pending]);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #entryOf(handle: HandleId): TaskEntry {
    const entry = this.#entries.get(handle);
    if (entry) return entry;
    throw noSuchHandle();
  }

  /** Of two records of one task (a copy cut short by a crash) the later one holds. */
  #addRecord(record: TaskRecord): void {
    const known = this.#entries.get(record.handle);
    if (known && known.decided.revision >= record.revision) return;
    this.#entries.set(record.handle, new TaskEntry(record));
    this.#didChange.fire(record);
  }

  #tellTick(handle: HandleId): void {
    const entry = this.#entries.get(handle);
    if (entry && !isTerminal(entry.current.status)) this.#didTick.fire(entry.current);
  }

  /** Progress alone: tried once, because the next one comes soon. */
  #snapshot(handle: HandleId): void {
    const entry = this.#entries.get(handle);
    if (!entry || entry.isWriting) return;
    const record = { ...entry.decided, revision: entry.decided.revision + 1 };
    const written = entry.decide(record, () => this.#writer.writeOnce(record));
    this.#track(written).catch((error: unknown) => {
      this.options.log.write('debug', 'A progress snapshot was not written.', error);
    });
  }

  #track<T>(write: Promise<T>): Promise<T> {
    this.#pending.add(write);
    const forget = () => this.#pending.delete(write);
    write.then(forget, forget);
    return write;
  }
}
