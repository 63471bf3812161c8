/** What `doctor` looks for. */
export type FindingKind =
  | 'orphan_process'
  | 'stale_endpoint'
  | 'stale_lock'
  | 'record_without_process'
  | 'stray_file'
  | 'old_version'
  | 'admin_policy'
  | 'home';

/** Something that was left behind or is not as it should be: what, why, and what became of it. */
export interface Finding {
  readonly kind: FindingKind;
  /** One line: what was found, where. */
  readonly what: string;
  /** One line: how that comes about, and what it means. */
  readonly why: string;
  /** `left`: it can be mended, and was not asked for. `cannot`: a person must; `what` or `why` says how. */
  readonly outcome: 'mended' | 'left' | 'cannot';
}
