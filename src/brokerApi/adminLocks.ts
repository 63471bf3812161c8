/** What an administrator's file fixes for this machine (P8). Absent: not locked. */
export interface AdminLocks {
  /** The file; `null` where there is none and nothing is locked. */
  readonly source: string | null;
  /** Who says so, in the file's own words, for people. */
  readonly by: string | null;
  /** No call may take longer, whatever the settings say. */
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
  /** Why the newest file was not taken; then what the last good one said holds. */
  readonly problem?: string;
}

/** Where nothing is locked. */
export const NO_LOCKS: AdminLocks = { source: null, by: null };
