import type { Clock } from '../common/clock.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { Emitter, type Event, KeyedEmitter } from '../common/event.ts';
import type { Log } from '../common/log.ts';
import { auditDraftOf, principalOf } from './auditDrafts.ts';
import type { AuditTrail, Principal } from './auditTrail.ts';
import { DurableWriter } from './durableWriter.ts';
import { noSuchHandle } from './noSuchHandle.ts';
import { Pacer } from './pacer.ts';
import { type FutureRecord, parseTaskRecord } from './parseTaskRecord.ts';
import { type FoundTask, PastTasks } from './pastTasks.ts';
import { SteadyTime } from './steadyTime.ts';
import { newTaskRecord, type TaskDraft } from './taskDraft.ts';
import { TaskEntry } from './taskEntry.ts';
import type { TaskEvent } from './taskEvent.ts';
import { sortTasks } from './taskOrder.ts';
import { type HandleId, isTerminal, type TaskProgress, type TaskRecord } from './taskRecord.ts';
import type { TaskArchive, TaskStore } from './taskStore.ts';
import { transition } from './transition.ts';

/** At most so often is a tick told, for each task. */
const TICK_INTERVAL_MS = 250;
/** At most so often is progress alone written, for each task. */
const SNAPSHOT_INTERVAL_MS = 5_000;
/** At most 40 such writes a second, however many tasks tick: they took most of the load. */
const SNAPSHOT_SPREAD_MS = 25;

const LOST_NOTE =
  'The process that did the work ended with its broker; how the call ended is unknown.';

/** The ports of a registry; whoever makes them disposes of them. */
export interface RegistryOptions {
  readonly store: TaskStore;
  /** Where old handles go; without one they stay in memory. */
  readonly archive?: TaskArchive;
  readonly audit: AuditTrail;
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
  readonly #past: PastTasks;
  readonly #pending = new Set<Promise<unknown>>();
  readonly #disposables = new DisposableStore();
  readonly #writer: DurableWriter;
  readonly #tells: Pacer<HandleId>;
  readonly #snapshots: Pacer<HandleId>;
  #isSealed = false;
  readonly #didChange = this.#disposables.add(new Emitter<TaskRecord>());
  readonly #didTick = this.#disposables.add(new Emitter<TaskRecord>());
  readonly #didRemove = this.#disposables.add(new Emitter<HandleId>());
  readonly #didChangeOne = this.#disposables.add(new KeyedEmitter<HandleId, TaskRecord>());
  readonly #didTickOne = this.#disposables.add(new KeyedEmitter<HandleId, TaskRecord>());
  /** How long a live task has run, where somebody measures it (`Deadlines`, P9). */
  ranMsOf: (handle: HandleId) => number | null = () => null;
  /** For ages: a moved clock ends no result early. */
  readonly time: SteadyTime;

  /** A task was created or changed its state; the record is on disk. */
  readonly onDidChange: Event<TaskRecord> = this.#didChange.event;
  /** A live task's progress moved; at most four times a second for each task. */
  readonly onDidTick: Event<TaskRecord> = this.#didTick.event;

  /** A task left memory: its ttl is over, or it went to an archive. */
  readonly onDidRemove: Event<HandleId> = this.#didRemove.event;

  constructor(private readonly options: RegistryOptions) {
    const { clock } = options;
    this.time = new SteadyTime(clock);
    this.#past = new PastTasks({ archive: options.archive, audit: options.audit, time: this.time });
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
        spreadMs: SNAPSHOT_SPREAD_MS,
        leading: false,
        run: (handle) => this.#snapshot(handle),
      }),
    );
  }

  /** As `onDidChange`, of one task alone. */
  onDidChangeOf(handle: HandleId): Event<TaskRecord> {
    return this.#didChangeOne.on(handle);
  }

  /** As `onDidTick`, of one task alone. */
  onDidTickOf(handle: HandleId): Event<TaskRecord> {
    return this.#didTickOne.on(handle);
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
      else if (parsed.future) this.#past.addFuture(parsed.future);
      else this.options.log.write('warn', `A stored task was left out: ${parsed.problem}.`);
    }
    const { length } = this.#past.futures;
    if (length > 0) this.options.log.write('warn', `${length} tasks of a newer version are kept.`);
  }

  /** Every live task whose upstream is not in our hands becomes `lost` (P5). */
  async loseOrphans(isAlive: (record: TaskRecord) => boolean, note = LOST_NOTE): Promise<void> {
    const orphans = this.all().filter((task) => !isTerminal(task.status) && !isAlive(task));
    const event: TaskEvent = { type: 'lost', note };
    await Promise.all(orphans.map((task) => this.apply(task.handle, event)));
  }

  /** Makes a handle. It exists only once it is on disk; if that fails, there is no task (P1). */
  async create(draft: TaskDraft): Promise<TaskRecord> {
    const record = newTaskRecord(draft, this.options.clock.now());
    const event = { type: 'created' } as const;
    const principal = principalOf(record, event);
    const audit = auditDraftOf({ before: null, after: record, event, principal });
    await this.#track(this.#writer.writeOnce({ record, audit }));
    this.#addRecord(record);
    return record;
  }

  /**
   * Decides at once, against the latest decision, whether the event changes the task; resolves
   * when the outcome is on disk. A failing disk delays that, it does not undo the decision.
   * `principal` is who asked, for the audit trail; absent, it follows from the event.
   */
  async apply(handle: HandleId, event: TaskEvent, principal?: Principal): Promise<ApplyOutcome> {
    const entry = this.#entryOf(handle);
    const before = this.#timed(entry.decided);
    const decision = transition(before, event, this.options.clock.now());
    if (!decision.changed || this.#isSealed) {
      await entry.settled;
      return { changed: false, record: entry.current };
    }
    const { record, payload } = decision;
    this.#snapshots.forget(handle);
    if (isTerminal(record.status)) this.#tells.forget(handle);
    const by = principal ?? principalOf(before, event);
    const audit = auditDraftOf({ before, after: record, event, principal: by });
    const write = () => this.#writer.write({ record, payload, audit });
    const written = entry.decide(record, write, () => this.#tellChange(record));
    await this.#track(written);
    return { changed: true, record };
  }

  /** Notes in the trail that somebody asked for what came too late. A failing disk is logged. */
  async auditRefusal(handle: HandleId, event: TaskEvent, principal?: Principal): Promise<void> {
    const { audit, log } = this.options;
    const record = this.#entryOf(handle).current;
    const by = principal ?? principalOf(record, event);
    const row = auditDraftOf({ before: record, after: record, event, principal: by });
    await audit
      .append({ ...row, outcome: 'already_ended', revision: null })
      .catch((error: unknown) => log.write('warn', 'The audit trail misses a refusal.', error));
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

  /** As `get`, once all that is decided of it is on disk. Rejects with `no_such_handle`. */
  async settled(handle: HandleId): Promise<TaskRecord> {
    const entry = this.#entryOf(handle);
    await entry.settled;
    return entry.current;
  }

  /** What a handle stands for, archives and tombstones included. */
  async find(handle: HandleId): Promise<FoundTask> {
    const record = this.get(handle);
    return record ? { kind: 'task', record, isArchived: false } : this.#past.find(handle);
  }

  /** How many handles are at hand. */
  get size(): number {
    return this.#entries.size;
  }

  /** Every task at hand, in no order. */
  all(): TaskRecord[] {
    return [...this.#entries.values()].map((entry) => entry.current);
  }

  /** Records that a newer version wrote: known to be, kept as they are. */
  futures(): FutureRecord[] {
    return this.#past.futures;
  }

  /** Live first, oldest first; then finished, newest first. */
  list({ workspace, route }: TaskFilter = {}): TaskRecord[] {
    const tasks = this.all()
      .filter((task) => workspace === undefined || task.workspace === workspace)
      .filter((task) => route === undefined || task.route === route);
    return sortTasks(tasks);
  }

  /** Archived tasks that have not expired, newest end first. */
  async listArchived(limit: number): Promise<TaskRecord[]> {
    const records = await this.#past.list(limit);
    return sortTasks(records.filter(({ handle }) => !this.#entries.has(handle)));
  }

  /** Ends the time of ended tasks: from now on their handles answer "expired". */
  async expire(handles: readonly HandleId[]): Promise<void> {
    const ended = this.#atRest(handles);
    if (ended.length > 0 && (await this.#past.expire(ended))) this.#remove(ended);
  }

  /** Moves ended tasks out of memory; their handles still resolve. */
  async archive(handles: readonly HandleId[]): Promise<void> {
    const ended = this.#atRest(handles);
    if (ended.length > 0 && (await this.#past.archive(ended))) this.#remove(ended);
  }

  /** The result in JSON text, exactly as it came; `null` when there is none. */
  async readResult(handle: HandleId): Promise<string | null> {
    if (this.#entries.get(handle)?.current.hasResult === false) return null;
    return this.options.store.readPayload(handle, 'result');
  }

  /** A result that came after the end: for people, never delivered as success. */
  async readLateResult(handle: HandleId): Promise<string | null> {
    if (this.#entries.get(handle)?.current.hasLateResult === false) return null;
    return this.options.store.readPayload(handle, 'lateResult');
  }

  /** From now on nothing changes: what is live goes on without us, and is found again (P5). */
  seal(): void {
    this.#isSealed = true;
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

  /** With what the clocks have counted: a later broker goes on from there. */
  #timed(record: TaskRecord): TaskRecord {
    const ranMs = isTerminal(record.status) ? null : this.ranMsOf(record.handle);
    return ranMs === null ? record : { ...record, deadlines: { ...record.deadlines, ranMs } };
  }

  /** Of two records of one task (a copy cut short by a crash) the later one holds. */
  #addRecord(record: TaskRecord): void {
    const known = this.#entries.get(record.handle);
    if (known && known.decided.revision >= record.revision) return;
    this.#entries.set(record.handle, new TaskEntry(record));
    this.#tellChange(record);
  }

  /** Those that have ended and of which no write is under way. */
  #atRest(handles: readonly HandleId[]): TaskRecord[] {
    return handles.flatMap((handle) => {
      const entry = this.#entries.get(handle);
      return entry && !entry.isWriting && isTerminal(entry.current.status) ? [entry.current] : [];
    });
  }

  #remove(records: readonly TaskRecord[]): void {
    for (const { handle } of records) {
      this.#entries.delete(handle);
      this.#didRemove.fire(handle);
    }
  }

  #tellChange(record: TaskRecord): void {
    this.#didChange.fire(record);
    this.#didChangeOne.fire(record.handle, record);
  }

  #tellTick(handle: HandleId): void {
    const record = this.#entries.get(handle)?.current;
    if (record === undefined || isTerminal(record.status)) return;
    this.#didTick.fire(record);
    this.#didTickOne.fire(handle, record);
  }

  /** Progress alone: tried once, because the next one comes soon. */
  #snapshot(handle: HandleId): void {
    const entry = this.#entries.get(handle);
    if (!entry || entry.isWriting) return;
    const record = { ...this.#timed(entry.decided), revision: entry.decided.revision + 1 };
    const written = entry.decide(record, () => this.#writer.writeOnce({ record }));
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
