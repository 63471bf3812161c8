import type { BrokerNotifications, TaskRow } from '../brokerApi/brokerProtocol.ts';
import type { Clock } from '../common/clock.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { Emitter, type Event } from '../common/event.ts';
import { isLive, type SeenRow } from './view/rowFacts.ts';
import { newestFirst } from './view/rowOrder.ts';

/** What one message of the broker did to the rows. */
export interface RowsChange {
  /** Ids of rows that are new or other than before. */
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Rows that were live and are not: each task is told once. */
  readonly ended: readonly TaskRow[];
}

/** The rows as this window knows them: from the snapshot at first, then from the broker. */
export class TaskModel implements Disposable {
  readonly #store = new DisposableStore();
  readonly #change = this.#store.add(new Emitter<RowsChange>());
  readonly #rows = new Map<string, SeenRow>();
  #hasBroker = false;

  readonly onDidChange: Event<RowsChange> = this.#change.event;

  constructor(
    private readonly workspaceId: string | null,
    private readonly clock: Clock,
    snapshot: readonly TaskRow[] = [],
  ) {
    for (const row of snapshot) this.#put(row, true);
  }

  /** Whether the rows are the broker's, not only the snapshot of before the reload. */
  get isFromBroker(): boolean {
    return this.#hasBroker;
  }

  get(id: string): SeenRow | undefined {
    return this.#rows.get(id);
  }

  /** Rows of every window, the newest first. */
  all(): SeenRow[] {
    return inOrder([...this.#rows.values()]);
  }

  isOurs(row: TaskRow): boolean {
    return row.workspace === this.workspaceId;
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  /** Whether there are rows, and all of them are other windows'. */
  get hasOnlyOthers(): boolean {
    if (this.#rows.size === 0) return false;
    for (const { row } of this.#rows.values()) if (this.isOurs(row)) return false;
    return true;
  }

  /** Asked for with every change: only what fits is put in order. */
  ownRows(isFit: (row: TaskRow) => boolean = () => true): SeenRow[] {
    const rows = [...this.#rows.values()];
    return inOrder(rows.filter(({ row }) => this.isOurs(row) && isFit(row)));
  }

  ownLiveRows(): SeenRow[] {
    return this.ownRows(isLive);
  }

  /** Takes every row of the broker; what it does not name is gone. */
  replace(rows: readonly TaskRow[]): void {
    this.#hasBroker = true;
    const named = new Set(rows.map(({ id }) => id));
    const removed = [...this.#rows.keys()].filter((id) => !named.has(id));
    this.#take(rows, removed);
  }

  apply({ rows, removed }: BrokerNotifications['tasks/changed']): void {
    this.#take(rows, removed);
  }

  /** The broker has gone: what its rows say is of before. */
  markStale(): void {
    const live = [...this.#rows.values()].filter(({ row }) => isLive(row));
    for (const { row } of live) this.#put(row, true);
    this.#change.fire({ changed: live.map(({ row }) => row.id), removed: [], ended: [] });
  }

  dispose(): void {
    this.#store.dispose();
  }

  #take(rows: readonly TaskRow[], removed: readonly string[]): void {
    const ended = rows.filter((row) => !isLive(row) && this.#wasLive(row.id));
    for (const id of removed) this.#rows.delete(id);
    for (const row of rows) this.#put(row, false);
    this.#change.fire({ changed: rows.map(({ id }) => id), removed, ended });
  }

  #wasLive(id: string): boolean {
    const before = this.#rows.get(id);
    return before !== undefined && isLive(before.row);
  }

  #put(row: TaskRow, isStale: boolean): void {
    this.#rows.set(row.id, { row, seenAtMs: this.clock.now(), isStale });
  }
}

function inOrder(rows: SeenRow[]): SeenRow[] {
  return rows.sort((a, b) => newestFirst(a.row, b.row));
}
