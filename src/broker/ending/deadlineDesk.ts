import type { AdminLocks } from '../../brokerApi/adminLocks.ts';
import type { BrokerNotifications, ClockName, TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { lockedBy } from '../../brokerApi/lockWords.ts';
import type { Disposable } from '../../common/disposable.ts';
import { DisposableStore } from '../../common/disposable.ts';
import { messageOf, TaskHandlesError } from '../../common/errors.ts';
import { Emitter, type Event } from '../../common/event.ts';
import type { Log } from '../../common/log.ts';
import type { Principal } from '../../registry/auditTrail.ts';
import type { Deadlines, Extension } from '../../registry/deadlines.ts';
import type { Registry } from '../../registry/registry.ts';
import { isTerminal, type TaskRecord } from '../../registry/taskRecord.ts';
import type { TaskRows } from '../taskRows.ts';
import type { Revoker } from './revoker.ts';

type Warning = BrokerNotifications['tasks/warned'];

export interface DeadlineDeskOptions {
  readonly registry: Registry;
  readonly deadlines: Deadlines;
  readonly revoker: Revoker;
  readonly rows: TaskRows;
  readonly log: Log;
  /** What administrators have locked, as it is now. */
  readonly locks: () => AdminLocks;
}

/** What follows from the clocks (P9): people are warned, more time is given, tasks are ended. */
export class DeadlineDesk implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #warned = this.#owned.add(new Emitter<Warning>());

  /** A task nears one of its limits. */
  readonly onDidWarn: Event<Warning> = this.#warned.event;

  constructor(private readonly options: DeadlineDeskOptions) {
    const { deadlines, revoker, rows, log } = options;
    this.#owned.add(
      deadlines.onDidWarn(({ handle, clock, limitMs, ranMs }) => {
        const row = rows.get(handle);
        if (row !== null) this.#warned.fire({ row, clock, limitMs, ranMs });
      }),
    );
    this.#owned.add(
      deadlines.onDidExpire(({ handle, clock }) => {
        log.write('info', `${handle} has reached its ${clock} limit and is ended.`);
        revoker.expire(handle, clock).catch((error: unknown) => {
          log.write('error', `${handle} was not ended: ${messageOf(error)}`, error);
        });
      }),
    );
  }

  /** Gives a live task more time; the row tells what holds. `null`: there is no such task. */
  async extend(
    id: string,
    wanted: Partial<Extension>,
    principal: Principal,
  ): Promise<TaskRow | null> {
    const { registry, deadlines, rows, locks } = this.options;
    const record = rows.recordOf(id);
    if (record === undefined) return null;
    if (isTerminal(record.status)) return rows.ofTask(record);
    const extensions = deadlines.extensionsOf(record.handle, wanted);
    const applied = await Promise.all(
      extensions.map((extension) => {
        const event = { type: 'extended', ...withinLocks(extension, record, locks()) } as const;
        return registry.apply(record.handle, event, principal);
      }),
    );
    const row = rows.get(id) ?? rows.ofTask(record);
    if (isTerminal(row.status) || applied.some(({ changed }) => changed)) return row;
    const isLocked = extensions.some(({ clock }) => isAtItsLongest(clock, record, locks()));
    if (isLocked) throw lockedError(id, locks());
    throw new TaskHandlesError('not_supported', `${id} has no such limit; it may go on as it is.`);
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

/** More time, but not beyond what an administrator allows (P8). */
function withinLocks(
  { clock, byMs }: Extension,
  record: TaskRecord,
  locks: AdminLocks,
): Extension & { atMostMs?: number } {
  const atMostMs = longestOf(clock, locks);
  const limitMs = limitOf(clock, record);
  if (atMostMs === undefined || limitMs === null) return { clock, byMs };
  return { clock, byMs: Math.min(byMs, atMostMs - limitMs), atMostMs };
}

function isAtItsLongest(clock: ClockName, record: TaskRecord, locks: AdminLocks): boolean {
  const limitMs = limitOf(clock, record);
  return limitMs !== null && limitMs >= (longestOf(clock, locks) ?? Number.POSITIVE_INFINITY);
}

function limitOf(clock: ClockName, { deadlines }: TaskRecord): number | null {
  return clock === 'idle' ? deadlines.idleTimeoutMs : deadlines.totalTimeoutMs;
}

function longestOf(clock: ClockName, locks: AdminLocks): number | undefined {
  return clock === 'idle' ? locks.maxIdleTimeoutMs : locks.maxTotalTimeoutMs;
}

function lockedError(id: string, locks: AdminLocks): TaskHandlesError {
  const message = `${id} has all the time that ${lockedBy(locks)} allows.`;
  return new TaskHandlesError('locked_by_admin', message);
}
