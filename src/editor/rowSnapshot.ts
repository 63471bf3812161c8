import type { TaskRow } from '../brokerApi/brokerProtocol.ts';
import type { Clock } from '../common/clock.ts';
import type { Disposable } from '../common/disposable.ts';
import { isJsonObject, numberOr } from '../common/json.ts';
import type { TaskModel } from './taskModel.ts';
import { type SeenRow, sinceSeenOf } from './view/rowFacts.ts';

/** The part of the editor's memento that is used here. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const KEY = 'rows';
const ROWS_KEPT = 100;
const WRITE_AFTER_MS = 1_000;

/** Reads what was kept before the reload, so that rows are there before the broker answers. */
export function readSnapshot(memory: Memory): TaskRow[] {
  const kept = memory.get(KEY);
  return Array.isArray(kept) ? kept.filter(isRow) : [];
}

/** Keeps the newest rows in the workspace's memory, some time after each change. */
export class SnapshotWriter implements Disposable {
  readonly #subscription: Disposable;
  #timer: Disposable | undefined;

  constructor(
    private readonly model: TaskModel,
    private readonly memory: Memory,
    private readonly clock: Clock,
  ) {
    this.#subscription = model.onDidChange(() => {
      this.#timer ??= clock.after(WRITE_AFTER_MS, () => this.#write());
    });
  }

  /** What is not written yet is written now; the memory outlives us. */
  dispose(): void {
    this.#subscription.dispose();
    if (this.#timer !== undefined) this.#write();
  }

  #write(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    const now = this.clock.now();
    const rows = this.model.all().slice(0, ROWS_KEPT);
    void this.memory.update(
      KEY,
      rows.map((seen) => rowAsOf(seen, now)),
    );
  }
}

/** The row with what has passed since it came. */
function rowAsOf(seen: SeenRow, nowMs: number): TaskRow {
  const { row } = seen;
  const sinceMs = sinceSeenOf(seen, nowMs);
  const { total } = row.deadlines ?? {};
  return {
    ...row,
    elapsedMs: row.elapsedMs + sinceMs,
    ...(total !== undefined && {
      deadlines: { ...row.deadlines, total: { ...total, ranMs: total.ranMs + sinceMs } },
    }),
  };
}

const TEXTS = ['id', 'kind', 'tool', 'route', 'argument', 'status', 'createdAt', 'lastUpdatedAt'];

/** Another version of us may have written it: a row of another shape is left out. */
function isRow(value: unknown): value is TaskRow {
  if (!isJsonObject(value)) return false;
  const { client, elapsedMs } = value;
  return (
    TEXTS.every((name) => typeof value[name] === 'string') &&
    numberOr(elapsedMs, undefined) !== undefined &&
    isJsonObject(client) &&
    typeof client.name === 'string' &&
    typeof client.version === 'string'
  );
}
