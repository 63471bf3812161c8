import { Ending, type EndingTargets } from './ending.ts';
import type { Guard } from './guard.ts';
import type { EndOutcome, PauseOutcome, ProcessIdentity } from './ownedProcess.ts';
import type { ProcessEntry, ProcessTable } from './processEntry.ts';
import { signal } from './processSystem.ts';
import { descendantsOf, markedBy, membersOfGroup } from './processTable.ts';
import { NOTHING_TO_END, type ProcessTree } from './processTree.ts';
import { TreePause } from './treePause.ts';

/** How long a guard may take to tell its pid, or to die of SIGKILL. */
const GUARD_MS = 500;
/** What an upstream leaves behind gets as long as a guard would give it. */
const LEFTOVER_GRACE_MS = 300;

export interface GuardedTreeOptions {
  readonly upstream: ProcessIdentity;
  readonly owner: string;
  readonly guard: Guard;
}

/** POSIX: an upstream that leads a group of its own, and the guard that holds the group's id. */
export class GuardedTree implements ProcessTree {
  readonly canPause = true;
  readonly #options: GuardedTreeOptions;
  readonly #pause: TreePause;
  #hasUpstreamExited = false;
  #ending: { readonly ladder: Ending; readonly outcome: Promise<EndOutcome> } | null = null;

  constructor(options: GuardedTreeOptions) {
    this.#options = options;
    const isEnding = () => this.#ending !== null || this.#hasUpstreamExited;
    const isReady = async () => {
      await this.#guardReady();
      return options.guard.pid !== null || options.guard.isGone;
    };
    this.#pause = new TreePause({ ...this.#wholeTree(), isReady, isEnding });
  }

  upstreamExited(): Promise<EndOutcome> {
    this.#hasUpstreamExited = true;
    if (this.#ending === null) return this.end(LEFTOVER_GRACE_MS);
    this.#ending.ladder.poke();
    return this.#ending.outcome;
  }

  end(graceMs: number): Promise<EndOutcome> {
    if (this.#ending !== null) {
      this.#ending.ladder.hasten(graceMs);
      return this.#ending.outcome;
    }
    this.#pause.forget();
    const ladder = new Ending(this.#wholeTree(), graceMs);
    const outcome = this.#run(ladder).finally(() => {
      this.#ending = null;
    });
    this.#ending = { ladder, outcome };
    return outcome;
  }

  async endDescendants(options: { sinceMs: number; graceMs: number }): Promise<EndOutcome> {
    if (this.#hasUpstreamExited) return NOTHING_TO_END;
    await this.#guardReady();
    const isYoung = (entry: ProcessEntry) => entry.latestBirthMs >= options.sinceMs;
    const isSpared = (entry: ProcessEntry) =>
      this.#isSpared(entry) || entry.pid === this.#options.upstream.pid || !isYoung(entry);
    const targets: EndingTargets = {
      select: (table) => this.#belowUpstream(table, isYoung).filter((entry) => !isSpared(entry)),
      isSpared,
      signalGroup: () => null,
    };
    return new Ending(targets, options.graceMs).run();
  }

  pause(): Promise<PauseOutcome> {
    return this.#pause.stop();
  }

  resume(): Promise<void> {
    return this.#pause.goOn();
  }

  async #run(ladder: Ending): Promise<EndOutcome> {
    await this.#guardReady();
    try {
      return await ladder.run();
    } finally {
      this.#signalGroup('SIGKILL');
      await within(GUARD_MS, this.#options.guard.gone);
    }
  }

  #wholeTree(): EndingTargets {
    return {
      select: (table) => this.#members(table).filter((entry) => !this.#isSpared(entry)),
      isSpared: (entry) => this.#isSpared(entry),
      signalGroup: (name) => this.#signalGroup(name),
    };
  }

  #members(table: ProcessTable): ProcessEntry[] {
    const { upstream } = this.#options;
    const members = this.#isGroupOurs() ? membersOfGroup(table, upstream.pid) : [];
    const firstTick = Number(upstream.startTime);
    const isYoung = (entry: ProcessEntry) => !(Number(entry.startTime) < firstTick);
    return [...members, ...this.#belowUpstream(table, isYoung)];
  }

  /** By descent, and by the mark what has lost its line of parents. */
  #belowUpstream(table: ProcessTable, isYoung: (entry: ProcessEntry) => boolean): ProcessEntry[] {
    const { upstream, owner } = this.#options;
    const below = this.#hasUpstreamExited ? [] : descendantsOf(table, upstream.pid);
    return [...below, ...markedBy(table, owner, isYoung)];
  }

  #signalGroup(name: NodeJS.Signals): number | null {
    if (!this.#isGroupOurs()) return null;
    const pgid = this.#options.upstream.pid;
    signal(-pgid, name);
    return pgid;
  }

  /** The system gives a group's id to nobody else while a member lives or waits to be reaped. */
  #isGroupOurs(): boolean {
    return !this.#hasUpstreamExited || !this.#options.guard.isGone;
  }

  #isSpared(entry: ProcessEntry): boolean {
    return entry.pid === this.#options.guard.pid || entry.pid === process.pid;
  }

  async #guardReady(): Promise<void> {
    await within(GUARD_MS, this.#options.guard.ready);
  }
}

async function within(ms: number, settled: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([settled, late]);
  clearTimeout(timer);
}
