/** What `doctor` looks for. */
export type FindingKind =
  | 'orphan_process'
  | 'stale_endpoint'
  | 'stale_lock'
  | 'record_without_process'
  | 'stray_file'
  | 'old_version'
  /** The broker itself: it lives and does not answer. */
  | 'broker'
  | 'work_refused'
  | 'admin_policy'
  | 'home';

/**
 * `mended`: it was put right; `left`: it can be mended, and was not asked for; `cannot`: a person must,
 * and `why` says how; `intended`: nothing is wrong, somebody wanted it so.
 */
export type FindingOutcome = 'mended' | 'left' | 'cannot' | 'intended';

/** Something that was left behind or is not as it should be: what, why, and what became of it. */
export interface Finding {
  readonly kind: FindingKind;
  /** One line: what was found, where. */
  readonly what: string;
  /** One line: how that comes about, what it means, and what to do where a person must. */
  readonly why: string;
  readonly outcome: FindingOutcome;
}
