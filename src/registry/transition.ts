import type { TaskEvent } from './taskEvent.ts';
import {
  type Door,
  isTerminal,
  type ReasonCode,
  type RevocationLevel,
  type TaskReason,
  type TaskRecord,
} from './taskRecord.ts';
import type { PayloadKind } from './taskStore.ts';

/** A result that the record refers to and that must be on disk before the record is. */
export interface Payload {
  readonly kind: PayloadKind;
  readonly json: string;
}

/** What an event does to a record. `terminal`: it came after the end, which never changes (P3). */
export type Transition =
  | { readonly changed: true; readonly record: TaskRecord; readonly payload?: Payload }
  | { readonly changed: false; readonly why: 'terminal' | 'not_applicable' };

/** Ends that the revocation ladder follows, so that its level belongs to them. */
const ENDED_BY_LADDER: ReadonlySet<ReasonCode> = new Set([
  'revoked',
  'idle_timeout',
  'total_timeout',
]);

/** What is not said of a task that is not paused. */
const GOES_ON: Partial<TaskRecord> = { paused: false, pausedBy: undefined };
/** From the least to the most. */
const LEVELS: readonly RevocationLevel[] = [
  'none',
  'cooperative',
  'descendants',
  'terminated',
  'killed',
];

type Change = Partial<TaskRecord> | 'terminal' | 'not_applicable';

/** The one door through which a task changes. Pure: it decides, it writes nothing. */
export function transition(record: TaskRecord, event: TaskEvent, nowMs: number): Transition {
  const at = Math.max(record.lastUpdatedAtMs, nowMs);
  const change = isTerminal(record.status) ? afterEnd(record, event, at) : whileLive(record, event);
  if (typeof change === 'string') return { changed: false, why: change };
  const next = stamp(record, change, at);
  if (event.type !== 'completed') return { changed: true, record: next };
  const kind = next.hasLateResult ? 'lateResult' : 'result';
  return { changed: true, record: next, payload: { kind, json: event.resultJson } };
}

function stamp(record: TaskRecord, change: Partial<TaskRecord>, at: number): TaskRecord {
  const next = { ...record, ...change, lastUpdatedAtMs: at, revision: record.revision + 1 };
  if (!isTerminal(next.status) || isTerminal(record.status)) return next;
  return { ...next, ...(next.paused && GOES_ON), endedAtMs: at };
}

function whileLive(record: TaskRecord, event: TaskEvent): Change {
  switch (event.type) {
    case 'completed':
      return { status: 'completed', hasResult: true, isError: event.isError };
    case 'failed':
      return { ...failed('rpc_error', 'upstream', null), error: event.error };
    case 'upstreamExited':
      return failed('upstream_exit', 'upstream', event.note);
    case 'lost':
      return failed('lost', 'broker', event.note);
    case 'timedOut':
      return failed(event.clock === 'idle' ? 'idle_timeout' : 'total_timeout', 'policy', null);
    case 'cancelled':
    case 'revoked':
      return { status: 'cancelled', reason: reasonOf(event.type, event.by, event.note) };
    case 'inputRequired':
      return record.status === 'working' ? { status: 'input_required' } : 'not_applicable';
    case 'inputProvided':
      return record.status === 'input_required' ? { status: 'working' } : 'not_applicable';
    case 'paused':
      return isPausedFor(record, event.by)
        ? 'not_applicable'
        : { paused: true, pausedBy: event.by };
    case 'resumed':
      return record.paused ? GOES_ON : 'not_applicable';
    case 'extended':
      return extend(record, event);
    case 'remoteKnown':
      return { remote: event.remote };
    case 'revocationEnded':
    case 'serverEnded':
    case 'collected':
      return 'not_applicable';
  }
}

function afterEnd(record: TaskRecord, event: TaskEvent, at: number): Change {
  switch (event.type) {
    case 'completed':
      return canTakeLateResult(record) ? { hasLateResult: true } : 'terminal';
    case 'revocationEnded':
      return addLevel(record, event);
    case 'serverEnded':
      return raiseLevel(record, event);
    case 'collected':
      return record.collectedAtMs === null ? { collectedAtMs: at } : 'not_applicable';
    default:
      return 'terminal';
  }
}

/** Whether a pause by this door adds nothing. A person's takes the place of an agent's (P8). */
export function isPausedFor({ paused, pausedBy }: TaskRecord, by: Door): boolean {
  return paused && (pausedBy !== 'agent' || by === 'agent');
}

/** Only a limit that is there can be moved. */
function extend(record: TaskRecord, event: Extract<TaskEvent, { type: 'extended' }>): Change {
  const limit = event.clock === 'idle' ? 'idleTimeoutMs' : 'totalTimeoutMs';
  const current = record.deadlines[limit];
  if (current === null) return 'not_applicable';
  const limitMs = Math.min(current + event.byMs, event.atMostMs ?? Number.POSITIVE_INFINITY);
  if (limitMs <= current) return 'not_applicable';
  return { deadlines: { ...record.deadlines, [limit]: limitMs } };
}

/** A task that ended without the upstream's own answer may still get one, which is kept apart. */
function canTakeLateResult(record: TaskRecord): boolean {
  const endedByAnswer = record.status === 'completed' || record.reason?.code === 'rpc_error';
  return !endedByAnswer && !record.hasLateResult;
}

type LevelEvent = Extract<TaskEvent, { type: 'revocationEnded' | 'serverEnded' }>;

function addLevel(record: TaskRecord, event: LevelEvent): Change {
  const { reason } = record;
  if (reason == null || !ENDED_BY_LADDER.has(reason.code)) return 'not_applicable';
  return reason.level === null ? withLevel(reason, event) : 'not_applicable';
}

/** Only upwards: how far it had to go in the end. */
function raiseLevel(record: TaskRecord, event: LevelEvent): Change {
  const { reason } = record;
  if (reason == null || !ENDED_BY_LADDER.has(reason.code) || reason.level === null) {
    return 'not_applicable';
  }
  const isHigher = LEVELS.indexOf(event.level) > LEVELS.indexOf(reason.level);
  return isHigher ? withLevel(reason, event) : 'not_applicable';
}

function withLevel(reason: TaskReason, event: LevelEvent): Change {
  const notes = [reason.note, event.note].filter((note) => note !== null);
  return {
    reason: {
      ...reason,
      level: event.level,
      note: notes.length > 0 ? joined(notes) : null,
      ...(event.freed !== undefined && { freed: event.freed }),
    },
  };
}

/** What is a whole sentence needs nothing behind it. */
function joined(notes: readonly string[]): string {
  return notes.reduce((all, note) => `${all}${all.endsWith('.') ? '' : ';'} ${note}`);
}

function failed(code: ReasonCode, by: TaskReason['by'], note: string | null): Partial<TaskRecord> {
  return { status: 'failed', reason: reasonOf(code, by, note) };
}

function reasonOf(code: ReasonCode, by: TaskReason['by'], note: string | null): TaskReason {
  return { code, by, level: null, note };
}
