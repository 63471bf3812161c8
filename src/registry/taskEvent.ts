import type { Door, Freed, RemoteWork, RevocationLevel, TaskError } from './taskRecord.ts';

/** Which of a task's two clocks (P9). */
export type DeadlineClock = 'idle' | 'total';

/** Everything that can happen to a task. Only `transition` turns an event into a new record. */
export type TaskEvent =
  | { readonly type: 'completed'; readonly isError: boolean; readonly resultJson: string }
  | { readonly type: 'failed'; readonly error: TaskError }
  | { readonly type: 'inputRequired' }
  | { readonly type: 'inputProvided' }
  /** How to find the work again has become known, or has changed. */
  | { readonly type: 'remoteKnown'; readonly remote: RemoteWork }
  | { readonly type: 'upstreamExited'; readonly note: string }
  /** The upstream is gone and nobody knows how the call ended. */
  | { readonly type: 'lost'; readonly note: string }
  /** The downstream took its request back before the answer was written. */
  | { readonly type: 'cancelled'; readonly by: Door; readonly note: string | null }
  | { readonly type: 'revoked'; readonly by: Door; readonly note: string | null }
  /** Its processes stand still, and its clocks with them (P9). */
  | { readonly type: 'paused'; readonly by: Door }
  | { readonly type: 'resumed'; readonly by: Door }
  /** The ladder is done: adds its level to a revoked record, changes no status. */
  | {
      readonly type: 'revocationEnded';
      readonly level: RevocationLevel;
      readonly note: string | null;
      /** Absent: nothing of ours was ended. */
      readonly freed?: Freed;
    }
  /** Its server, which had not stopped, was ended later: raises the level of an ended record. */
  | {
      readonly type: 'serverEnded';
      readonly level: RevocationLevel;
      readonly note: string | null;
      readonly freed?: Freed;
    }
  | { readonly type: 'timedOut'; readonly clock: DeadlineClock }
  /** Somebody gave the task more time: adds to the limit of one clock, up to `atMostMs`. */
  | {
      readonly type: 'extended';
      readonly clock: DeadlineClock;
      readonly byMs: number;
      readonly atMostMs?: number;
    }
  /** The result's bytes went to somebody; told once. */
  | { readonly type: 'collected' };
