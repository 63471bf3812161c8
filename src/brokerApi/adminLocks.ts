/** What an administrator's file fixes for this machine (P8). Absent: not locked. */
export interface AdminLocks {
  /** The file; `null` where there is none and nothing is locked. */
  readonly source: string | null;
  /** Who says so, in the file's own words, for people. */
  readonly by: string | null;
  /** No call may take longer, whatever the settings say; for new calls and for more time. */
  readonly maxTotalTimeoutMs?: number;
  readonly maxIdleTimeoutMs?: number;
  /** Globs over `ROUTE/TOOL`: their calls are always tracked, so `never` does not hold. */
  readonly mustTrack?: readonly string[];
  /** Globs over `ROUTE/TOOL`: their calls are refused. */
  readonly refusedTools?: readonly string[];
  /** `false`: no server runs past the broker. */
  readonly failOpen?: false;
  /** All new work is refused; the text says why. */
  readonly refuseNewWork?: string;
  /**
   * Why the newest file was not taken: then what the last good one said holds. With `source: null`
   * there is a file that the user could write, so it counts for nothing.
   */
  readonly problem?: string;
  /** What in the file is not known to this version, a line for each; the rest of it holds. */
  readonly unknown?: readonly string[];
}

/** Where nothing is locked. */
export const NO_LOCKS: AdminLocks = { source: null, by: null };
