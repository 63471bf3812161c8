import type { BrokerNotifications } from '../brokerApi/brokerProtocol.ts';
import type { Clock } from '../common/clock.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { Emitter, type Event } from '../common/event.ts';
import type { LiveCall } from '../proxy/downstream/liveCall.ts';
import type { LiveCalls } from '../proxy/downstream/liveCalls.ts';
import type { UpstreamPool } from '../proxy/upstream/upstreamPool.ts';
import type { Registry } from '../registry/registry.ts';
import type { HandleId } from '../registry/taskRecord.ts';
import type { TaskRows } from './taskRows.ts';

type RowChange = BrokerNotifications['tasks/changed'];

/** Knows of tasks what is in no record, such as their questions. */
interface TellsOfTasks {
  readonly onDidChange: Event<HandleId>;
}

/** Changes within this time go out together: a window redraws at most a few times a second. */
const BATCH_MS = 50;

/** Tells watching clients which rows have changed; costs nothing while nothing does (P11). */
export class RowFeed implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new Emitter<RowChange>());
  readonly #dirty = new Set<string>();
  #timer: Disposable | null = null;

  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly rows: TaskRows,
    private readonly clock: Clock,
  ) {}

  /** Follows the registry, the calls that are no tasks yet, and what else tells of tasks. */
  follow(registry: Registry, calls: LiveCalls, ...others: TellsOfTasks[]): void {
    for (const { onDidChange } of others) {
      this.#owned.add(onDidChange((handle) => this.#mark(handle)));
    }
    this.#owned.add(registry.onDidChange((record) => this.#mark(record.handle)));
    this.#owned.add(registry.onDidRemove((handle) => this.#mark(handle)));
    this.#owned.add(registry.onDidTick((record) => this.#mark(record.handle)));
    this.#owned.add(
      calls.onDidChange((call) => {
        this.#mark(call.id);
        if (call.handle !== null) this.#mark(call.handle);
      }),
    );
  }

  /** Follows who else uses a call's server: whether it can be paused depends on that. */
  followUse(calls: LiveCalls, pool: Pick<UpstreamPool, 'onDidChangeUse'>): void {
    // A young call has no row: with two of them at a time each end would be told.
    const mark = (call: LiveCall) => {
      if (call.handle !== null || calls.isShown(call)) this.#mark(call.handle ?? call.id);
    };
    this.#owned.add(calls.onDidLoseCompany(mark));
    this.#owned.add(pool.onDidChangeUse((upstream) => calls.on(upstream).forEach(mark)));
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#owned.dispose();
  }

  #mark(id: string): void {
    // Who begins to watch is told all rows; until then nothing is kept.
    if (!this.#changed.hasListeners) return;
    this.#dirty.add(id);
    this.#timer ??= this.clock.after(BATCH_MS, () => this.#flush());
  }

  #flush(): void {
    this.#timer = null;
    const change: RowChange = { rows: [], removed: [] };
    for (const id of this.#dirty) {
      const row = this.rows.get(id);
      if (row === null || !this.rows.isShown(id)) change.removed.push(id);
      else change.rows.push(row);
    }
    this.#dirty.clear();
    this.#changed.fire(change);
  }
}
