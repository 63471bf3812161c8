import type { Clock } from '../common/clock.ts';
import { DisposableStore, toDisposable } from '../common/disposable.ts';
import type { Change, ChangeFilter, TaskMirror } from './taskMirror.ts';

export interface WaitOptions extends ChangeFilter {
  readonly after: number;
  readonly waitMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface WaitAnswer {
  readonly changes: readonly Change[];
  /** Up to where that is all there was. */
  readonly reached: number;
}

/** What changed after a sequence number: at once if there is some, else as soon as there is. */
export async function waitForChanges(
  mirror: TaskMirror,
  { after, waitMs, clock, signal, ...filter }: WaitOptions,
): Promise<WaitAnswer> {
  const resources = new DisposableStore();
  try {
    return await new Promise((resolve) => {
      const look = (isOver: boolean) => {
        const changes = mirror.changesAfter(after, filter);
        if (isOver || changes.length > 0) resolve({ changes, reached: mirror.sequence });
      };
      const end = () => look(true);
      signal.addEventListener('abort', end);
      resources.add(toDisposable(() => signal.removeEventListener('abort', end)));
      resources.add(clock.after(waitMs, end));
      resources.add(mirror.onDidChange(() => look(false)));
      look(waitMs === 0 || signal.aborted);
    });
  } finally {
    resources.dispose();
  }
}
