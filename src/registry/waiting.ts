import type { Clock } from '../common/clock.ts';
import { DisposableStore, toDisposable } from '../common/disposable.ts';
import type { Event } from '../common/event.ts';
import { noSuchHandle } from './noSuchHandle.ts';
import type { Registry } from './registry.ts';
import { type HandleId, isTerminal, type TaskRecord } from './taskRecord.ts';

/** How long to wait, and what else ends the wait. */
export interface WaitOptions {
  readonly waitMs: number;
  readonly clock: Clock;
  /** Ends the wait early, for whatever the caller knows and the registry does not. */
  readonly wake?: Event<unknown>;
  readonly signal?: AbortSignal;
  /** What is waited for; absent, any rest. */
  readonly until?: (record: TaskRecord) => boolean;
}

/** Whether there is something to tell: the task has ended, is paused, or needs input. */
export function isAtRest(record: TaskRecord): boolean {
  return isTerminal(record.status) || record.paused || record.status === 'input_required';
}

/**
 * Resolves with the record as it is when the task comes to rest, the time is over, `wake` fires or
 * the signal aborts: the caller looks at the record, not at why (P11). Costs nothing meanwhile.
 */
export async function waitForEnd(
  registry: Registry,
  handle: HandleId,
  { waitMs, clock, wake, signal, until = isAtRest }: WaitOptions,
): Promise<TaskRecord> {
  const now = recordOf(registry, handle);
  if (until(now) || waitMs <= 0 || signal?.aborted) return now;
  const resources = new DisposableStore();
  try {
    await new Promise<void>((resolve) => {
      const end = () => resolve();
      resources.add(clock.after(waitMs, end));
      resources.add(
        registry.onDidChangeOf(handle)((record) => {
          if (until(record)) end();
        }),
      );
      if (wake) resources.add(wake(end));
      signal?.addEventListener('abort', end);
      resources.add(toDisposable(() => signal?.removeEventListener('abort', end)));
    });
  } finally {
    resources.dispose();
  }
  return recordOf(registry, handle);
}

function recordOf(registry: Registry, handle: HandleId): TaskRecord {
  const record = registry.get(handle);
  if (record) return record;
  throw noSuchHandle();
}
