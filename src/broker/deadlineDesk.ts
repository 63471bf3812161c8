import type { BrokerNotifications, TaskRow } from '../brokerApi/brokerProtocol.ts';
import type { Disposable } from '../common/disposable.ts';
import { DisposableStore } from '../common/disposable.ts';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import { Emitter, type Event } from '../common/event.ts';
import type { Log } from '../common/log.ts';
import type { Principal } from '../registry/auditTrail.ts';
import type { Deadlines, Extension } from '../registry/deadlines.ts';
import type { Registry } from '../registry/registry.ts';
import { isTerminal } from '../registry/taskRecord.ts';
import type { Revoker } from './revoker.ts';
import type { TaskRows } from './taskRows.ts';

type Warning = BrokerNotifications['tasks/warned'];

export interface DeadlineDeskOptions {
  readonly registry: Registry;
  readonly deadlines: Deadlines;
  readonly revoker: Revoker;
  readonly rows: TaskRows;
  readonly log: Log;
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
    const { registry, deadlines, rows } = this.options;
    const record = rows.recordOf(id);
    if (record === undefined) return null;
    if (isTerminal(record.status)) return rows.ofTask(record);
    const applied = await Promise.all(
      deadlines
        .extensionsOf(record.handle, wanted)
        .map((extension) =>
          registry.apply(record.handle, { type: 'extended', ...extension }, principal),
        ),
    );
    const row = rows.get(id) ?? rows.ofTask(record);
    if (isTerminal(row.status) || applied.some(({ changed }) => changed)) return row;
    throw new TaskHandlesError('not_supported', `${id} has no such limit; it may go on as it is.`);
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
