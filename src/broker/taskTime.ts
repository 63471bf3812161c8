import type { Clock } from '../common/clock.ts';
import type { Disposable } from '../common/disposable.ts';
import type { Log } from '../common/log.ts';
import { Deadlines } from '../registry/deadlines.ts';
import { Durations } from '../registry/durations.ts';
import { type OutlookOf, outlookOf } from '../registry/outlook.ts';
import type { Registry } from '../registry/registry.ts';
import { RunClock } from '../registry/runClock.ts';
import { durationsFile } from '../store/durationsFile.ts';

export interface TaskTimeOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the durations of earlier runs are kept. */
  readonly path: string;
  readonly isFenced: () => boolean;
}

/** How long tasks may take (P9), and how long they took before (P10). */
export interface TaskTime extends Disposable {
  readonly deadlines: Deadlines;
  readonly outlook: OutlookOf;
  /** Writes what has been learned. */
  readonly flush: () => Promise<void>;
}

/** Follows the registry from now on, and reads what earlier brokers have learned. */
export async function createTaskTime(options: TaskTimeOptions): Promise<TaskTime> {
  const { registry, clock, log, path, isFenced } = options;
  const deadlines = new Deadlines(registry, new RunClock(clock));
  const durations = new Durations({ registry, clock, log, file: durationsFile(path, isFenced) });
  await durations.load();
  return {
    deadlines,
    outlook: outlookOf(deadlines, durations),
    flush: () => durations.flush(),
    dispose: () => {
      deadlines.dispose();
      durations.dispose();
    },
  };
}
