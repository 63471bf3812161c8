import type { Clock } from '../common/clock.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { messageOf } from '../common/errors.ts';
import { isJsonObject } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import type { Registry } from './registry.ts';
import { type HandleId, isTerminal, type TaskRecord } from './taskRecord.ts';
import type { TaskView } from './taskView.ts';

/** Runs of one tool that are remembered. */
const KEPT_RUNS = 20;
/** Fewer are chance. */
const LEAST_RUNS = 2;
const KEPT_TOOLS = 1_000;
const SAVE_INTERVAL_MS = 30_000;
const SCHEMA_VERSION = 1;

/** A live task: when it began on the monotonic clock, and since when it stands; `null`: it runs. */
interface Run {
  readonly beganAtMs: number;
  readonly stoodSinceMs: number | null;
}

/** Where durations are kept; what it reads is not trusted. */
export interface DurationsFile {
  /** `null` where nothing has been kept yet; rejects when it cannot be read. */
  read(): Promise<unknown>;
  write(value: unknown): Promise<void>;
}

/** What `Durations` works with. */
export interface DurationsOptions {
  readonly registry: Registry;
  readonly file: DurationsFile;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * How long the tools of each server took before (P10): of tasks that completed without an error.
 * A history that cannot be read or written is no history, and nothing else.
 */
export class Durations implements Disposable {
  /** The tool that was learned of last stands last. */
  readonly #runs = new Map<string, readonly number[]>();
  readonly #live = new Map<HandleId, Run>();
  readonly #owned = new DisposableStore();
  #saving: Disposable | null = null;
  #hasFailed = false;

  constructor(private readonly options: DurationsOptions) {
    this.#owned.add(options.registry.onDidChange((record) => this.#follow(record)));
  }

  async load(): Promise<void> {
    try {
      for (const [key, runs] of parseRuns(await this.options.file.read())) {
        this.#runs.set(key, [...runs, ...(this.#runs.get(key) ?? [])].slice(-KEPT_RUNS));
      }
    } catch (error) {
      const why = `There are no estimates from earlier runs: ${messageOf(error)}`;
      this.options.log.write('warn', why, error);
    }
  }

  /** The median of the earlier runs; absent when there are too few. */
  estimateOf(route: string, tool: string): TaskView['estimate'] {
    const runs = this.#runs.get(keyOf(route, tool)) ?? [];
    if (runs.length < LEAST_RUNS) return undefined;
    return { totalMs: medianOf(runs), samples: runs.length };
  }

  /** Writes what is not written yet. */
  async flush(): Promise<void> {
    if (this.#saving === null) return;
    this.#saving.dispose();
    this.#saving = null;
    await this.#save();
  }

  dispose(): void {
    this.#saving?.dispose();
    this.#owned.dispose();
  }

  #follow(record: TaskRecord): void {
    const { handle, status, isError, deadlines, paused } = record;
    const nowMs = this.options.clock.monotonic();
    const known = this.#live.get(handle);
    const run = withoutPause(known ?? newRun(nowMs - deadlines.ranMs), nowMs, paused);
    if (!isTerminal(status)) {
      this.#live.set(handle, run);
      return;
    }
    this.#live.delete(handle);
    if (known === undefined || status !== 'completed' || isError) return;
    this.#learn(keyOf(record.route, record.tool), Math.round(nowMs - run.beganAtMs));
  }

  #learn(key: string, durationMs: number): void {
    const runs = [...(this.#runs.get(key) ?? []), durationMs].slice(-KEPT_RUNS);
    this.#runs.delete(key);
    this.#runs.set(key, runs);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > KEPT_TOOLS && oldest !== undefined) this.#runs.delete(oldest);
    this.#saving ??= this.options.clock.after(SAVE_INTERVAL_MS, () => {
      this.#saving = null;
      void this.#save();
    });
  }

  async #save(): Promise<void> {
    const tools = [...this.#runs].map(([key, runsMs]) => ({ ...partsOf(key), runsMs }));
    try {
      await this.options.file.write({ schemaVersion: SCHEMA_VERSION, tools });
    } catch (error) {
      if (!this.#hasFailed) {
        this.options.log.write('warn', 'How long tools take cannot be kept.', error);
      }
      this.#hasFailed = true;
    }
  }
}

function newRun(beganAtMs: number): Run {
  return { beganAtMs, stoodSinceMs: null };
}

/** The time for which a task was paused counts as if it had not been. */
function withoutPause({ beganAtMs, stoodSinceMs }: Run, nowMs: number, isPaused: boolean): Run {
  if (isPaused) return { beganAtMs, stoodSinceMs: stoodSinceMs ?? nowMs };
  return newRun(stoodSinceMs === null ? beganAtMs : beganAtMs + nowMs - stoodSinceMs);
}

/** Reads what is readable; a history in another shape is none, and says so. */
function parseRuns(value: unknown): [key: string, runs: readonly number[]][] {
  if (value === null) return [];
  const isOurs = isJsonObject(value) && value.schemaVersion === SCHEMA_VERSION;
  if (!isOurs || !Array.isArray(value.tools)) throw new Error('their file is not in our format.');
  return value.tools.slice(-KEPT_TOOLS).flatMap((one): [string, number[]][] => {
    if (!isJsonObject(one) || !Array.isArray(one.runsMs)) return [];
    const { route, tool } = one;
    if (typeof route !== 'string' || typeof tool !== 'string') return [];
    const runs = one.runsMs.filter((ms) => typeof ms === 'number' && ms >= 0 && ms < Infinity);
    return [[keyOf(route, tool), runs.slice(-KEPT_RUNS)]];
  });
}

function medianOf(runs: readonly number[]): number {
  const sorted = [...runs].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : Math.round(((sorted[middle - 1] ?? 0) + upper) / 2);
}

function keyOf(route: string, tool: string): string {
  return JSON.stringify([route, tool]);
}

function partsOf(key: string): { route: string; tool: string } {
  const [route, tool] = JSON.parse(key) as [string, string];
  return { route, tool };
}
