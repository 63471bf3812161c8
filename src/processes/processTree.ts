import type { EndOutcome, PauseOutcome } from './ownedProcess.ts';

/** What a running process of ours and all below it can be done to, per platform. */
export interface ProcessTree {
  /** It was given something to do: soon it may start others. */
  beginsWork(): void;
  /** Asks, waits `graceMs`, forces. A second call while one runs can only shorten the wait. */
  end(graceMs: number): Promise<EndOutcome>;
  /** To be told at once: from then on the pid may be another's. Ends what was left behind. */
  upstreamExited(): Promise<EndOutcome>;
  endDescendants(options: { sinceMs: number; graceMs: number }): Promise<EndOutcome>;
  readonly canPause: boolean;
  pause(): Promise<PauseOutcome>;
  resume(): Promise<void>;
}

export const NOTHING_TO_END: EndOutcome = {
  level: 'none',
  ended: 0,
  memoryBytes: 0,
  survivors: [],
  stuck: [],
};
