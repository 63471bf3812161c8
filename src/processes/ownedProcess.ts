import type { Event } from '../common/event.ts';

/** How to start a process of ours. `env` is whole; our own variables are taken out and set anew. */
export interface ProcessDefinition {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  /** `<broker instance>:<upstream id>`, put into the environment as the owner mark. */
  readonly owner: string;
}

/** pid + start time: what tells a process from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque, equal for equal processes; `null` where the platform does not tell. */
  readonly startTime: string | null;
  readonly bootId: string | null;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines it wrote to stderr, for a person. */
  readonly stderrTail: string;
}

/** How far an ending had to go. */
export type EndLevel = 'none' | 'exited' | 'terminated' | 'killed';

export interface EndOutcome {
  readonly level: EndLevel;
  /** Processes that lived when the ending began and are gone now. */
  readonly ended: number;
  /** What these held, resident, before they went; `null` where the platform does not tell. */
  readonly memoryBytes: number | null;
  /** Processes that could not be ended (uninterruptible, another user's). */
  readonly survivors: readonly number[];
  /** Those of the survivors that sleep where no signal reaches them (state D): they go later. */
  readonly stuck: readonly number[];
}

/**
 * How a pause went. `gone`: nothing is left, or it is being ended. `moving`: these cannot be stopped
 * (too many too fast, another user's), so all of the tree goes on.
 */
export type PauseOutcome =
  | { readonly state: 'standing'; readonly processes: number }
  | { readonly state: 'gone' }
  | { readonly state: 'moving'; readonly pids: readonly number[] };

/** A process in its own group with a guard that ends the group when we die (P6, P13). */
export interface OwnedProcess {
  readonly identity: ProcessIdentity;
  readonly hasExited: boolean;
  /** Lines of stdout. */
  readonly onLine: Event<string>;
  readonly onStderr: Event<string>;
  /** Fires once, after stdout has been read to its end. */
  readonly onExit: Event<ProcessExit>;
  /** Writes one line to stdin; false when the pipe is full or gone. */
  send(line: string): boolean;
  /** Held, what it prints waits in its pipe, and in the end the process does. */
  holdOutput(isHeld: boolean): void;
  /** stdin closed → 2 s → SIGTERM group → SIGKILL group. For a server nobody needs any more. */
  shutDown(): Promise<EndOutcome>;
  /** SIGTERM group → `graceMs` → SIGKILL group and stragglers. Bounded; resolves when gone. */
  end(options: { graceMs: number }): Promise<EndOutcome>;
  /** Ends what was born below this process since `sinceMs` (wall ms). Bounded as `end`. */
  endDescendants(options: { sinceMs: number; graceMs: number }): Promise<EndOutcome>;
  /** Whether this platform can stop a tree and let it go on. */
  readonly canPause: boolean;
  /** Stops the whole tree where it stands (SIGSTOP); bounded. All of it stands then, or none. */
  pause(): Promise<PauseOutcome>;
  /** Lets exactly that go on which `pause` has stopped. */
  resume(): Promise<void>;
}
