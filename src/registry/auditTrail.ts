import type { Door, Freed, HandleId, RevocationLevel } from './taskRecord.ts';

/** What happened, in the past tense; one row for each state change (P8). */
export type AuditAction =
  | 'created'
  | 'completed'
  | 'failed'
  | 'input_required'
  | 'input_provided'
  | 'remote_known'
  | 'lost'
  | 'upstream_exited'
  | 'cancelled'
  | 'revoked'
  | 'revocation_ended'
  | 'server_ended'
  | 'paused'
  | 'resumed'
  | 'work_refused'
  | 'work_accepted'
  | 'timed_out'
  | 'extended'
  | 'late_result'
  | 'collected'
  | 'expired';

/** Who asked, as claimed: the real boundary is the operating system's user. */
export interface Principal {
  readonly door: Door | 'broker' | 'upstream';
  /** The program that asked: a host, the editor, the terminal; `null` when it was none. */
  readonly client: { readonly name: string; readonly version: string } | null;
  readonly conversationId: string | null;
  /** The operating system's user name. */
  readonly user: string | null;
}

/** `already_ended`: it came after the end. `not_recorded`: the change never took effect. */
export type AuditOutcome = 'done' | 'already_ended' | 'not_recorded';

/** A row before the trail numbers and chains it. Texts are redacted by whoever makes it. */
export interface AuditDraft {
  /** `null` for what is about no task, such as a call that was ended before its hand-off. */
  readonly handle: HandleId | null;
  readonly route: string;
  readonly tool: string;
  readonly workspace: string | null;
  readonly action: AuditAction;
  readonly principal: Principal;
  /** A reason code, a clock, or what the person gave as a reason. */
  readonly reason: string | null;
  readonly outcome: AuditOutcome;
  readonly level: RevocationLevel | null;
  /** What an ending gave back; absent where it ended nothing. */
  readonly freed?: Freed;
  /** The record's revision that this change makes; `null` where no record changes. */
  readonly revision: number | null;
}

/** A row as it is on disk. `hash` covers the row and `previousHash`, so that edits show. */
export interface AuditRow extends AuditDraft {
  readonly sequence: number;
  /** Wall clock, ISO 8601. */
  readonly time: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** Something wrong in the trail's files; `line` counts from 1. */
export interface AuditFault {
  readonly file: string;
  readonly line: number;
  /** One line for a person. */
  readonly problem: string;
}

/**
 * Which rows to read, oldest first. `afterSequence` pages; `limit` bounds one answer, to the first such
 * rows, with `newest` to the last ones.
 */
export interface AuditQuery {
  readonly handle?: HandleId;
  readonly afterSequence?: number;
  readonly limit?: number;
  readonly newest?: boolean;
}

/** The registry's port to the append-only audit trail. */
export interface AuditTrail {
  /**
   * Resolves when the row is synced; concurrent rows share a sync and keep their order. Rejects
   * with `store_failed` or `lock_lost`; then the row is not in the trail.
   */
  append(row: AuditDraft): Promise<AuditRow>;
  read(query: AuditQuery): Promise<AuditRow[]>;
  /** The last row with a revision for each handle, within the newest files. */
  lastRows(): Promise<ReadonlyMap<HandleId, AuditRow>>;
  /** Every fault found in all files; empty when the trail is whole. */
  verify(): Promise<AuditFault[]>;
}
