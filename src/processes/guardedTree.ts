import { Ending, type EndingTargets } from './ending.ts';
import type { Guard } from './guard.ts';
import { MarkReader } from './markReader.ts';
import type { EndOutcome, PauseOutcome, ProcessIdentity } from './ownedProcess.ts';
import type { ProcessEntry, ProcessTable } from './processEntry.ts';
import { signal } from './processSystem.ts';
import { membersOfGroup, membersOfSession } from './processTable.ts';
import { NOTHING_TO_END, type ProcessTree } from './processTree.ts';
import { TreeMemory } from './treeMemory.ts';
import { TreePause } from './treePause.ts';
import { treeWatch } from './treeWatch.ts';

/** How long a guard may take to tell its pid, or to die of SIGKILL. */
const GUARD_MS = 500;
/** What an upstream leaves behind gets as long as a guard would give it. */
const LEFTOVER_GRACE_MS = 300;

export interface GuardedTreeOptions {
  readonly upstream: ProcessIdentity;
  readonly owner: string;
  /** As `owner`, where the platform takes such a mark. */
  readonly limitMark: string | null;
  readonly guard: Guard;
}

/** POSIX: an upstream that leads a group of its own, and the guard that holds the group's id. */
export class GuardedTree implements ProcessTree {
  readonly canPause = true;
  readonly #options: GuardedTreeOptions;
  readonly #memory = new TreeMemory();
  readonly #watching = treeWatch.add((table) => void this.#remember(table));
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

  beginsWork(): void {
    treeWatch.stir();
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
      if (this.#hasUpstreamExited) this.#watching.dispose();
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
    const select = this.#selecting(isYoung);
    const targets: EndingTargets = {
      select: (table) => select(table).filter((entry) => !isSpared(entry)),
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
    const firstTick = Number(this.#options.upstream.startTime);
    const select = this.#selecting((entry) => !(Number(entry.startTime) < firstTick));
    return {
      select: (table) => select(table).filter((entry) => !this.#isSpared(entry)),
      isSpared: (entry) => this.#isSpared(entry),
      signalGroup: (name) => this.#signalGroup(name),
    };
  }

  /**
   * By group and session, by descent, and what has lost its line of parents by memory and marks.
   * Only what is young can bear a mark of ours.
   */
  #selecting(isYoung: (entry: ProcessEntry) => boolean): EndingTargets['select'] {
    const { upstream, owner, limitMark } = this.#options;
    const marks = new MarkReader(owner, limitMark);
    return (table) => {
      const isOurs = this.#isGroupOurs();
      return [
        ...(isOurs ? membersOfGroup(table, upstream.pid) : []),
        ...(isOurs ? membersOfSession(table, upstream.pid) : []),
        ...this.#remember(table),
        ...marks.find(table, isYoung),
      ];
    };
  }

  #remember(table: ProcessTable): ProcessEntry[] {
    const root = this.#hasUpstreamExited ? null : this.#options.upstream.pid;
    return this.#memory.update(table, root);
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
