import type { BrokerNotifications, TaskRow } from '../brokerApi/brokerProtocol.ts';
import type { Clock } from '../common/clock.ts';
import type { Disposable } from '../common/disposable.ts';
import { Emitter, type Event } from '../common/event.ts';
import { isLive, progressOf, stateOf } from './rowState.ts';

type RowChange = BrokerNotifications['tasks/changed'];

/** One row that changed just now. */
export interface MirrorChange {
  readonly id: string;
  /** More than its progress. */
  readonly isState: boolean;
  /** It came to live, or does not any more. */
  readonly changesLive: boolean;
}

export interface ChangeFilter {
  readonly ids?: ReadonlySet<string> | undefined;
  readonly withProgress: boolean;
}

/** What has changed after a sequence number, the earliest change first. */
export type Change =
  | { readonly at: number; readonly row: TaskRow }
  | { readonly at: number; readonly gone: string };

interface Entry {
  readonly row: TaskRow;
  readonly receivedMs: number;
  readonly state: string;
  readonly progress: string;
  readonly stateAt: number;
  readonly progressAt: number;
}

/** Rows that have gone and are still told to who asks what has changed. */
const KEPT_GONE = 5_000;

/**
 * Every row of the user as the broker tells them, with a number for each change: so nothing is missed
 * between two questions, nor while the broker is away (what changed meanwhile is seen by comparison).
 */
export class TaskMirror implements Disposable {
  readonly #changed = new Emitter<readonly MirrorChange[]>();
  readonly #entries = new Map<string, Entry>();
  readonly #gone = new Map<string, number>();
  /** Notifications that came before the snapshot; `null` when there is nothing to wait for. */
  #held: RowChange[] | null = null;
  #sequence = 0;

  readonly onDidChange: Event<readonly MirrorChange[]> = this.#changed.event;

  constructor(private readonly clock: Clock) {}

  /** The number of the last change. */
  get sequence(): number {
    return this.#sequence;
  }

  get(id: string): TaskRow | undefined {
    const entry = this.#entries.get(id);
    return entry && this.#asOfNow(entry);
  }

  /** Whether it was there, and its going is still told. */
  hasGone(id: string): boolean {
    return this.#gone.has(id);
  }

  rows(): TaskRow[] {
    return [...this.#entries.values()].map((entry) => this.#asOfNow(entry));
  }

  /** Keeps what is told until `reset`: a snapshot is on its way. */
  hold(): void {
    this.#held = [];
  }

  /** Takes a snapshot of all rows, then what was told while it was made. */
  reset(rows: readonly TaskRow[]): void {
    const held = this.#held ?? [];
    this.#held = null;
    const ids = new Set(rows.map(({ id }) => id));
    const removed = [...this.#entries.keys()].filter((id) => !ids.has(id));
    this.take({ rows: [...rows], removed });
    for (const change of held) {
      this.take({ ...change, rows: change.rows.filter((row) => !this.#isOlder(row)) });
    }
  }

  take({ rows, removed }: RowChange): void {
    if (this.#held !== null) {
      this.#held.push({ rows, removed });
      return;
    }
    const changes = [
      ...rows.flatMap((row) => this.#put(row) ?? []),
      ...removed.flatMap((id) => this.#remove(id) ?? []),
    ];
    if (changes.length > 0) this.#changed.fire(changes);
  }

  changesAfter(sequence: number, { ids, withProgress }: ChangeFilter): Change[] {
    const isWanted = (id: string) => ids === undefined || ids.has(id);
    const changes: Change[] = [];
    for (const [id, entry] of this.#entries) {
      const at = withProgress ? Math.max(entry.stateAt, entry.progressAt) : entry.stateAt;
      if (at > sequence && isWanted(id)) changes.push({ at, row: this.#asOfNow(entry) });
    }
    for (const [gone, at] of this.#gone) {
      if (at > sequence && isWanted(gone)) changes.push({ at, gone });
    }
    return changes.sort((one, other) => one.at - other.at);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #put(row: TaskRow): MirrorChange | undefined {
    const before = this.#entries.get(row.id);
    const state = stateOf(row);
    const progress = progressOf(row);
    const isState = before?.state !== state;
    const isProgress = before?.progress !== progress;
    if (isState || isProgress) this.#sequence += 1;
    this.#gone.delete(row.id);
    this.#entries.set(row.id, {
      row,
      receivedMs: this.clock.monotonic(),
      state,
      progress,
      stateAt: isState ? this.#sequence : (before?.stateAt ?? 0),
      progressAt: isProgress ? this.#sequence : (before?.progressAt ?? 0),
    });
    if (!isState && !isProgress) return undefined;
    const wasLive = before !== undefined && isLive(before.row);
    return { id: row.id, isState, changesLive: wasLive !== isLive(row) };
  }

  #remove(id: string): MirrorChange | undefined {
    const before = this.#entries.get(id);
    if (before === undefined) return undefined;
    this.#entries.delete(id);
    this.#sequence += 1;
    this.#gone.set(id, this.#sequence);
    const [oldest] = this.#gone.keys();
    if (this.#gone.size > KEPT_GONE && oldest !== undefined) this.#gone.delete(oldest);
    return { id, isState: true, changesLive: isLive(before.row) };
  }

  /** Told before the snapshot was made of this row: it would set it back for a moment. */
  #isOlder(row: TaskRow): boolean {
    const known = this.#entries.get(row.id)?.row;
    return known !== undefined && row.lastUpdatedAt < known.lastUpdatedAt;
  }

  /** Running time goes on between what the broker tells. */
  #asOfNow({ row, receivedMs }: Entry): TaskRow {
    if (!isLive(row) || row.paused) return row;
    return { ...row, elapsedMs: row.elapsedMs + (this.clock.monotonic() - receivedMs) };
  }
}
