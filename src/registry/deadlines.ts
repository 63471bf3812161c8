import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { Emitter, type Event } from '../common/event.ts';
import type { Registry } from './registry.ts';
import { LONGEST_BEAT_MS, type RunClock } from './runClock.ts';
import { TaskClock } from './taskClock.ts';
import type { DeadlineClock } from './taskEvent.ts';
import { type HandleId, isTerminal, type TaskRecord } from './taskRecord.ts';

/** One clock of a live task as of now. */
export interface ClockState {
  readonly limitMs: number;
  readonly ranMs: number;
  readonly isWarned: boolean;
}

/** Both clocks of a live task; `null`: it has none, or nothing has set it going yet. */
export interface DeadlineState {
  readonly total: ClockState | null;
  readonly idle: ClockState | null;
}

/** A task has used most of what one of its clocks allows. */
export interface DeadlineWarning {
  readonly handle: HandleId;
  readonly clock: DeadlineClock;
  readonly limitMs: number;
  readonly ranMs: number;
}

/** More time for one clock. */
export interface Extension {
  readonly clock: DeadlineClock;
  readonly byMs: number;
}

interface Watched {
  readonly clocks: Map<DeadlineClock, TaskClock>;
  /** The limits as they were at first: so much more is given when nobody says how much. */
  readonly original: TaskRecord['deadlines'];
}

const NO_STATE: DeadlineState = { total: null, idle: null };

/**
 * The clocks of all live tasks (P9). Total runs from the call's start, idle from the first progress
 * and anew with each; a pause stops both, a question to a person stops idle. One timer for all.
 */
export class Deadlines implements Disposable {
  readonly #watched = new Map<HandleId, Watched>();
  readonly #owned = new DisposableStore();
  readonly #warned = this.#owned.add(new Emitter<DeadlineWarning>());
  readonly #expired = this.#owned.add(new Emitter<{ handle: HandleId; clock: DeadlineClock }>());
  #ringsAtMs = Number.POSITIVE_INFINITY;

  /** Once for each clock and limit. */
  readonly onDidWarn: Event<DeadlineWarning> = this.#warned.event;
  /** Once for each task; from then on it has no clocks here. */
  readonly onDidExpire = this.#expired.event;

  constructor(
    private readonly registry: Registry,
    private readonly clock: RunClock,
  ) {
    registry.ranMsOf = (handle) => this.stateOf(handle).total?.ranMs ?? null;
    for (const record of registry.list()) this.#follow(record);
    this.#owned.add(registry.onDidChange((record) => this.#follow(record)));
    this.#owned.add(registry.onDidTick(({ handle }) => this.#ticked(handle)));
  }

  stateOf(handle: HandleId): DeadlineState {
    const watched = this.#watched.get(handle);
    if (watched === undefined) return NO_STATE;
    const nowMs = this.clock.now();
    const stateOf = (name: DeadlineClock): ClockState | null => {
      const clock = watched.clocks.get(name);
      if (clock === undefined) return null;
      const ranMs = Math.round(clock.ranMs(nowMs));
      return { limitMs: clock.limitMs, ranMs, isWarned: clock.isWarned };
    };
    return { total: stateOf('total'), idle: stateOf('idle') };
  }

  /** What "more time" means: for the clocks that have warned, else for total; as much as at first. */
  extensionsOf(handle: HandleId, wanted: Partial<Extension> = {}): Extension[] {
    const watched = this.#watched.get(handle);
    if (watched === undefined) return [];
    const { totalTimeoutMs, idleTimeoutMs } = watched.original;
    const warned = [...watched.clocks].filter(([, clock]) => clock.isWarned).map(([name]) => name);
    const only: DeadlineClock = totalTimeoutMs === null ? 'idle' : 'total';
    const nearest = warned.length > 0 ? warned : [only];
    const names = wanted.clock === undefined ? nearest : [wanted.clock];
    return names.flatMap((clock): Extension[] => {
      const byMs = wanted.byMs ?? (clock === 'idle' ? idleTimeoutMs : totalTimeoutMs);
      return byMs === null ? [] : [{ clock, byMs }];
    });
  }

  dispose(): void {
    this.#owned.dispose();
    this.#watched.clear();
    this.clock.rest();
  }

  #follow(record: TaskRecord): void {
    const { handle, deadlines, progress } = record;
    if (isTerminal(record.status)) {
      this.#forget(handle);
      return;
    }
    const { totalTimeoutMs, idleTimeoutMs } = deadlines;
    if (totalTimeoutMs === null && idleTimeoutMs === null) return;
    const nowMs = this.clock.now();
    const known = this.#watched.get(handle);
    const watched = known ?? { clocks: new Map(), original: deadlines };
    this.#watched.set(handle, watched);
    if (totalTimeoutMs !== null) setLimit(watched, 'total', totalTimeoutMs, deadlines.ranMs);
    if (idleTimeoutMs !== null && progress !== null) setLimit(watched, 'idle', idleTimeoutMs);
    watched.clocks.get('total')?.run(!record.paused, nowMs);
    watched.clocks.get('idle')?.run(!record.paused && record.status === 'working', nowMs);
    this.#ringBy(dueOf(watched, nowMs), nowMs);
  }

  #ticked(handle: HandleId): void {
    const idle = this.#watched.get(handle)?.clocks.get('idle');
    idle?.reset(this.clock.now());
    // The first progress sets the clock going.
    const record = idle === undefined ? this.registry.get(handle) : undefined;
    if (record !== undefined) this.#follow(record);
  }

  #forget(handle: HandleId): void {
    if (!this.#watched.delete(handle) || this.#watched.size > 0) return;
    this.#ringsAtMs = Number.POSITIVE_INFINITY;
    this.clock.rest();
  }

  /** A reset only moves what is due away: the timer may ring for nothing, never too late. */
  #ringBy(dueMs: number, nowMs: number): void {
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const ringsAtMs = Math.min(dueMs, nowMs + LONGEST_BEAT_MS);
    if (ringsAtMs >= this.#ringsAtMs) return;
    this.#ringsAtMs = ringsAtMs;
    this.clock.beat(ringsAtMs - nowMs, () => this.#ring());
  }

  #ring(): void {
    this.#ringsAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.clock.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [handle, watched] of [...this.#watched]) {
      this.#tell(handle, watched, nowMs);
      nextMs = Math.min(nextMs, dueOf(watched, nowMs));
    }
    this.#ringBy(nextMs, nowMs);
  }

  /** Of two clocks that have run out, the one that did so first ends the task. */
  #tell(handle: HandleId, { clocks }: Watched, nowMs: number): void {
    const news = [...clocks].map(([name, clock]) => ({ name, clock, what: clock.news(nowMs) }));
    const expired = news
      .filter(({ what }) => what === 'expired')
      .sort((a, b) => b.clock.overMs(nowMs) - a.clock.overMs(nowMs))[0];
    if (expired !== undefined) {
      this.#forget(handle);
      this.#expired.fire({ handle, clock: expired.name });
      return;
    }
    for (const { name, clock, what } of news) {
      if (what !== 'warn') continue;
      const ranMs = Math.round(clock.ranMs(nowMs));
      this.#warned.fire({ handle, clock: name, limitMs: clock.limitMs, ranMs });
    }
  }
}

function setLimit({ clocks }: Watched, name: DeadlineClock, limitMs: number, ranMs = 0): void {
  const clock = clocks.get(name);
  if (clock === undefined) clocks.set(name, new TaskClock(limitMs, ranMs));
  else clock.setLimit(limitMs);
}

function dueOf({ clocks }: Watched, nowMs: number): number {
  let dueMs = Number.POSITIVE_INFINITY;
  for (const clock of clocks.values()) dueMs = Math.min(dueMs, clock.dueMs(nowMs));
  return dueMs;
}
