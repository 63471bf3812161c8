import { type AdminLocks, NO_LOCKS } from '../brokerApi/adminLocks.ts';
import type { BrokerNotifications, Notice, TaskRow } from '../brokerApi/brokerProtocol.ts';
import type { ControlLink } from '../brokerApi/controlLink.ts';
import { ifKnown } from '../brokerApi/ifKnown.ts';
import type { WorkRefusal } from '../brokerApi/workRefusal.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { Emitter, type Event } from '../common/event.ts';

/** What a broker tells of itself: the same events for every connection that comes and goes. */
export class BrokerNews implements Disposable {
  readonly #store = new DisposableStore();
  readonly #rows = this.#store.add(new Emitter<readonly TaskRow[]>());
  readonly #changes = this.#store.add(new Emitter<BrokerNotifications['tasks/changed']>());
  readonly #lines = this.#store.add(new Emitter<BrokerNotifications['log/lines']>());
  readonly #warnings = this.#store.add(new Emitter<BrokerNotifications['tasks/warned']>());
  readonly #notices = this.#store.add(new Emitter<readonly Notice[]>());
  readonly #refusals = this.#store.add(new Emitter<readonly WorkRefusal[] | undefined>());
  readonly #locks = this.#store.add(new Emitter<AdminLocks>());

  readonly onDidReceiveRows: Event<readonly TaskRow[]> = this.#rows.event;
  readonly onDidChangeRows: Event<BrokerNotifications['tasks/changed']> = this.#changes.event;
  readonly onDidLog: Event<BrokerNotifications['log/lines']> = this.#lines.event;
  readonly onDidWarn: Event<BrokerNotifications['tasks/warned']> = this.#warnings.event;
  readonly onDidNotice: Event<readonly Notice[]> = this.#notices.event;
  /** `undefined`: the broker is from before there were any. */
  readonly onDidChangeRefusals: Event<readonly WorkRefusal[] | undefined> = this.#refusals.event;
  readonly onDidChangeLocks: Event<AdminLocks> = this.#locks.event;

  /** Passes on what the connection tells unasked; the caller ends that with the connection. */
  listenTo(connection: ControlLink): Disposable {
    const own = new DisposableStore();
    const pass = <M extends keyof BrokerNotifications>(
      method: M,
      tell: (params: BrokerNotifications[M]) => void,
    ) => own.add(connection.onNotification(method, tell));
    pass('tasks/changed', (change) => this.#changes.fire(change));
    pass('log/lines', (lines) => this.#lines.fire(lines));
    pass('tasks/warned', (warning) => this.#warnings.fire(warning));
    pass('notices/changed', ({ notices }) => this.#notices.fire(notices));
    pass('work/changed', ({ refusals }) => this.#refusals.fire(refusals));
    pass('locks/changed', ({ locks }) => this.#locks.fire(locks));
    return own;
  }

  /** Asks for everything as it is now, and to be told from then on; an older broker knows less. */
  async askAll(connection: ControlLink): Promise<void> {
    this.#rows.fire((await connection.request('tasks/watch', {})).rows);
    this.#lines.fire(await connection.request('log/watch', {}));
    const noticed = await ifKnown(connection.request('notices/watch', {}));
    if (noticed !== undefined) this.#notices.fire(noticed.notices);
    this.#refusals.fire((await ifKnown(connection.request('work/watch', {})))?.refusals);
    this.#locks.fire((await ifKnown(connection.request('locks/watch', {})))?.locks ?? NO_LOCKS);
  }

  dispose(): void {
    this.#store.dispose();
  }
}
