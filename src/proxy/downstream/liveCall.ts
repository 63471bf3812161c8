import type { Disposable } from '../../common/disposable.ts';
import type { ResolvedPolicy } from '../../registry/policy.ts';
import type { ClientFacts, HandleId, TaskProgress } from '../../registry/taskRecord.ts';
import type { SessionRoute } from '../proxyContext.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Due } from './callAlarm.ts';

/**
 * A call that is not over, as whoever shows, limits or ends calls knows it: one that came through a
 * connection (`ToolCall`), or a task that was found again after a crash.
 */
export interface LiveCall extends Due {
  readonly id: string;
  readonly tool: string;
  readonly route: Pick<SessionRoute, 'name' | 'workspace'>;
  readonly client: ClientFacts;
  readonly policy: ResolvedPolicy;
  /** The telling argument, redacted and shortened. */
  readonly argument: string;
  /** Wall-clock ms. */
  readonly startedAtMs: number;
  readonly elapsedMs: number;
  readonly handle: HandleId | null;
  readonly progress: TaskProgress | null;
  readonly upstream: Upstream | null;
  /** Settles when nothing is being started for this call alone; never rejects. */
  readonly starting: Promise<void>;
  /** Whether the work is in our hands (`attached` in TaskView). */
  readonly isAttached: boolean;
  /** Whether the connection that made the call is still there. */
  readonly hasDownstream: boolean;
  readonly isTask: boolean;
  readonly isHandingOff: boolean;
  /** Whether another call used the same upstream meanwhile; set by `LiveCalls`. */
  hasOverlapped: boolean;
  /** Whether the upstream still owes an answer. */
  readonly isPendingUpstream: boolean;
  /** The upstream's answer has come, or it has gone. */
  onDidSettle(listener: () => void): Disposable;
  /** Makes the call a task; resolves when it is one or has ended. */
  handOff(): Promise<void>;
  /** Ends a call that is no task; false when it is one or is becoming one. */
  endOpen(why: string): boolean;
  /** Asks the upstream to stop. With `forget`, an answer that still comes is dropped. */
  cancelUpstream(reason: string, options: { readonly forget: boolean }): void;
  /** Lets go of everything, once the upstream's answer no longer matters. */
  release(): void;
}
