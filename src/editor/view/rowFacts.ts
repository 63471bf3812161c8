import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';

/** A row and what time has done to it since it came. */
export interface SeenRow {
  readonly row: TaskRow;
  /** Our clock when the row came: its `elapsedMs` is of then. */
  readonly seenAtMs: number;
  /** From the snapshot of before the reload; the broker has not answered yet. */
  readonly isStale: boolean;
}

/** `ended` without a result of its own: failed, revoked, lost. */
export type RowPhase = 'call' | 'live' | 'completed' | 'ended';

export function isLive(row: TaskRow): boolean {
  return row.status === 'working' || row.status === 'input_required';
}

export function phaseOf(row: TaskRow): RowPhase {
  if (isLive(row)) return row.kind === 'call' ? 'call' : 'live';
  return row.status === 'completed' ? 'completed' : 'ended';
}

/** Whether a clock may end it (P9). */
export function isLimited(row: TaskRow): boolean {
  const { total, idle } = row.deadlines ?? {};
  return isLive(row) && (total !== undefined || idle !== undefined);
}

const CONTEXTS = {
  call: 'call',
  live: 'task.live',
  completed: 'task.completed',
  ended: 'task.ended',
} as const;

/** What the row can be asked to do, for the menus' `when` clauses. */
export function contextOf(row: TaskRow): string {
  const parts: string[] = [CONTEXTS[phaseOf(row)]];
  if (row.kind === 'task' && isLimited(row)) parts.push('limited');
  if (isPausable(row)) parts.push('pausable');
  if (isPaused(row)) parts.push('paused');
  if (row.mayStillRun) parts.push('mayRun');
  return parts.join('.');
}

/** Whether its processes can be stopped (P9). */
export function isPausable(row: TaskRow): boolean {
  return isLive(row) && row.canPause && !row.paused;
}

export function isPaused(row: TaskRow): boolean {
  return isLive(row) && row.paused;
}

/** What has passed since the row came; nothing of what stands still. */
export function sinceSeenOf({ row, seenAtMs, isStale }: SeenRow, nowMs: number): number {
  const runsOn = isLive(row) && !row.paused && !isStale;
  return runsOn ? Math.max(0, nowMs - seenAtMs) : 0;
}

/**
 * How long the task has run, by its clock where it has one: pauses do not count there (P9), and in
 * `elapsedMs` they do. Of what has ended, how long it took.
 */
export function elapsedOf(seen: SeenRow, nowMs: number): number {
  const { row } = seen;
  const ranMs = isLive(row) ? row.deadlines?.total?.ranMs : undefined;
  return (ranMs ?? row.elapsedMs) + sinceSeenOf(seen, nowMs);
}

/** When it ended; a snapshot of an older version does not say, and both of these are not before. */
export function endedAtOf(row: TaskRow): number {
  if (typeof row.endedAt === 'string') return Date.parse(row.endedAt);
  return Math.min(Date.parse(row.lastUpdatedAt), Date.parse(row.createdAt) + row.elapsedMs);
}

/** A result that still waits for somebody. */
export function isUncollected(row: TaskRow): boolean {
  return row.kind === 'task' && row.status === 'completed' && row.hasResult && !row.collected;
}

/** The whole percent, where the upstream told a total. */
export function percentOf(row: TaskRow): number | undefined {
  return isLive(row) ? row.percent : undefined;
}
