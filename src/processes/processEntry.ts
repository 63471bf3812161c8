/** A living process as the system tells it. Zombies are not living. */
export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  /** 0 where the platform does not tell. */
  readonly session: number;
  /** Opaque: with the pid it tells this process from a later one. */
  readonly startTime: string;
  /** Wall ms of the latest moment at which it can have been born: systems count in coarse ticks. */
  readonly latestBirthMs: number;
  /** As `ps` shows it: R, S, D, T, … */
  readonly state: string;
  /** Memory it holds now; pages that several share count in each. `null`: not told. */
  readonly residentBytes: number | null;
}

/**
 * A table of a moment ago: who was there then and still is need not be read again, but for the
 * `stale` ones. Nobody joins a tree later; a pid that has changed hands since is seen by the next.
 */
export interface TableBefore {
  readonly table: ProcessTable;
  readonly stale: ReadonlySet<number>;
}

export type ProcessTable = ReadonlyMap<number, ProcessEntry>;
