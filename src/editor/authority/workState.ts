import { type AdminLocks, NO_LOCKS } from '../../brokerApi/adminLocks.ts';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { Emitter, type Event } from '../../common/event.ts';
import type { BrokerNews } from '../brokerNews.ts';

/** Which new work is refused (P7) and what an administrator has locked (P8), as the broker says. */
export class WorkState implements Disposable {
  readonly #store = new DisposableStore();
  readonly #change = this.#store.add(new Emitter<void>());
  #refusals: readonly WorkRefusal[] | undefined;
  #locks: AdminLocks = NO_LOCKS;

  readonly onDidChange: Event<void> = this.#change.event;

  constructor(news: Pick<BrokerNews, 'onDidChangeRefusals' | 'onDidChangeLocks'>) {
    this.#store.add(
      news.onDidChangeRefusals((refusals) => {
        this.#refusals = refusals;
        this.#change.fire();
      }),
    );
    this.#store.add(
      news.onDidChangeLocks((locks) => {
        this.#locks = locks;
        this.#change.fire();
      }),
    );
  }

  /** `false`: the broker is of a version that ends work and refuses none. */
  get canRefuse(): boolean {
    return this.#refusals !== undefined;
  }

  /** Those of every window. They are durable: a broker that has gone takes none with it. */
  get refusals(): readonly WorkRefusal[] {
    return this.#refusals ?? [];
  }

  get locks(): AdminLocks {
    return this.#locks;
  }

  dispose(): void {
    this.#store.dispose();
  }
}
