import type { AuditFault, AuditRow } from '../registry/auditTrail.ts';
import type { Door, HandleId } from '../registry/taskRecord.ts';
import type { AdminLocks } from './adminLocks.ts';
import type {
  BrokerStatus,
  ClockName,
  FrontParams,
  LogLine,
  Notice,
  OpenFront,
  ResultAnswer,
  RevokeOutcome,
  RevokeParams,
  RouteDefinition,
  TaskQuestion,
  TaskRow,
} from './brokerProtocol.ts';
import type { Finding } from './finding.ts';
import type { WorkRefusal, WorkScope } from './workRefusal.ts';

/** Every request of a control client: params and result by method. */
export interface BrokerRequests {
  /** A window says which workspace it shows and where that keeps its records. */
  'workspace/attach': {
    params: { workspace: string; name: string; storagePath: string | null };
    result: null;
  };
  /** Replaces what this client defined for the workspace before. In memory only: env is secret. */
  'routes/define': {
    params: { workspace: string | null; routes: readonly RouteDefinition[] };
    result: null;
  };
  /** Without `workspace`: every row of the user. */
  'tasks/list': { params: { workspace?: string | null }; result: { rows: TaskRow[] } };
  /** Archived tasks, newest end first; at most `limit`. */
  'tasks/older': {
    params: { limit: number; workspace?: string | null };
    result: { rows: TaskRow[] };
  };
  /** Archived tasks too; rejects with `handle_expired` when its ttl is over. */
  'tasks/get': { params: { id: string }; result: { row: TaskRow | null } };
  /** Answers when the task has ended or the time is over. */
  'tasks/wait': { params: { id: string; timeoutMs: number }; result: { row: TaskRow | null } };
  'tasks/result': { params: { id: string }; result: ResultAnswer | null };
  'tasks/revoke': { params: RevokeParams; result: { outcomes: RevokeOutcome[] } };
  /** What else would end if these were ended by force. */
  'tasks/revokePlan': { params: { ids: readonly string[] }; result: { alsoEnds: TaskRow[] } };
  /**
   * The kill switch (P7): refuses new work of the scope until it is accepted again, durably, then ends
   * every live task and call of it: by force where all work of its server is in scope, else by asking.
   * Without `scope`: everything.
   * `isUnwritten`: the disk refuses, so it holds only while this broker runs, which tries on.
   */
  'tasks/revokeAll': {
    params: { door: Door; note?: string; scope?: WorkScope };
    result: { outcomes: RevokeOutcome[]; refusal: WorkRefusal; isUnwritten?: true };
  };
  /**
   * Lifts the refusal with this id; without it every one that may be lifted. Rejects with
   * `not_supported` for who is no person, and with `locked_by_admin`.
   */
  'work/accept': { params: { id?: string; door: Door }; result: { lifted: WorkRefusal[] } };
  /** From now on `work/changed`; answers what is refused. */
  'work/watch': { params: Record<string, never>; result: { refusals: WorkRefusal[] } };
  /**
   * Stops a task's processes and its clocks, or lets them go on (P9). Rejects with `not_supported`
   * and the reason where nothing of ours can be stopped; answers the row as it is then.
   */
  'tasks/pause': { params: { id: string; door: Door }; result: { row: TaskRow | null } };
  'tasks/resume': { params: { id: string; door: Door }; result: { row: TaskRow | null } };
  /** From now on `locks/changed`; answers what an administrator has locked. */
  'locks/watch': { params: Record<string, never>; result: { locks: AdminLocks } };
  /** Looks for what is left behind (P13); with `mend` puts right what it finds. */
  'doctor/run': { params: { mend: boolean }; result: { findings: Finding[] } };
  /**
   * More time for a live task: without `clock` for each that has warned, else for total; without
   * `byMs` as much as it had at first.
   */
  'tasks/extend': {
    params: { id: string; clock?: ClockName; byMs?: number };
    result: { row: TaskRow | null };
  };
  'tasks/questions': { params: { id: string }; result: { questions: TaskQuestion[] } };
  /**
   * The person's answer: a result of the question's method. Without `key` to the only one. What is
   * in it is never stored. Rejects with `invalid_message` naming what is wrong with it.
   */
  'tasks/answer': {
    params: { id: string; key?: string; response: object };
    result: { row: TaskRow | null };
  };
  /** Makes a call a task now. */
  'calls/handOff': { params: { id: string }; result: { handle: HandleId | null } };
  /**
   * From now on `tasks/changed` tells every change; answers the rows as they are, calls and live
   * tasks first. Where there are many, older ones follow by `tasks/changed`.
   */
  'tasks/watch': { params: Record<string, never>; result: { rows: TaskRow[] } };
  /** From now on `log/lines`; answers the last lines. */
  'log/watch': { params: Record<string, never>; result: { lines: LogLine[] } };
  /** From now on `notices/changed`; answers what there is to tell people. */
  'notices/watch': { params: Record<string, never>; result: { notices: Notice[] } };
  /** Rows of the audit trail, oldest first, a page at a time; with `newest` the last ones. */
  'audit/read': {
    params: { handle?: HandleId; afterSequence?: number; limit?: number; newest?: boolean };
    result: { rows: AuditRow[] };
  };
  /** Every fault in the trail's files. */
  'audit/verify': { params: Record<string, never>; result: { faults: AuditFault[] } };
  /**
   * Serves a route over HTTP for as long as this control link lives. Rejects with
   * `port_unavailable` or `unknown_route`.
   */
  'fronts/open': { params: FrontParams; result: { url: string; token: string } };
  /** Its sessions end; their calls become tasks. */
  'fronts/close': { params: { url: string }; result: null };
  'fronts/list': { params: Record<string, never>; result: { fronts: OpenFront[] } };
  'broker/status': { params: Record<string, never>; result: BrokerStatus };
  /** With `drain`: when nothing is live any more. */
  'broker/stop': { params: { drain: boolean }; result: null };
}

/** What the broker tells watching clients. */
export interface BrokerNotifications {
  'tasks/changed': { rows: TaskRow[]; removed: string[] };
  'log/lines': { lines: LogLine[] };
  /** A live task has used 80 % of what its clock allows. */
  'tasks/warned': { row: TaskRow; clock: ClockName; limitMs: number; ranMs: number };
  'notices/changed': { notices: Notice[] };
  'work/changed': { refusals: WorkRefusal[] };
  'locks/changed': { locks: AdminLocks };
}
