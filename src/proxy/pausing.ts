import type { Principal } from '../registry/auditTrail.ts';
import type { Door, HandleId, TaskRecord } from '../registry/taskRecord.ts';

/** Who wants a task to stand still, or to go on. */
export interface PauseRequest {
  readonly handle: HandleId;
  readonly door: Door;
  /** For the audit trail; absent, it follows from the door. */
  readonly principal?: Principal;
}

/** The record as it is afterwards, on disk. `refusal`: why nothing was done, in one sentence. */
export interface PauseAnswer {
  readonly record: TaskRecord;
  readonly refusal: string | null;
}

/** Stops the processes of a task, and its clocks, and lets them go on (P9). */
export interface Pausing {
  /** Whether any process can be paused on this platform. */
  readonly isSupported: boolean;
  /** One that stands or has ended is left as it is. Rejects with `no_such_handle`. */
  pause(request: PauseRequest): Promise<PauseAnswer>;
  /** One that runs or has ended is left as it is. Rejects with `no_such_handle`. */
  resume(request: PauseRequest): Promise<PauseAnswer>;
}
