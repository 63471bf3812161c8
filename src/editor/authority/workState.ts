import { type AdminLocks, NO_LOCKS } from '../../brokerApi/adminLocks.ts';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { Emitter, type Event } from '../../common/event.ts';
import type { BrokerNews } from '../brokerNews.ts';
import type { TaskModel } from '../taskModel.ts';
import { concernsWindow } from './windowRefusals.ts';

export interface WorkSources {
  readonly news: Pick<BrokerNews, 'onDidChangeRefusals' | 'onDidChangeLocks'>;
  readonly model: Pick<TaskModel, 'onDidChange' | 'ownRows'>;
  readonly workspaceId: string | null;
}

/** Which new work is refused (P7) and what an administrator has locked (P8), as the broker says. */
export class WorkState implements Disposable {
  readonly #store = new DisposableStore();
  readonly #change = this.#store.add(new Emitter<void>());
  #refusals: readonly WorkRefusal[] | undefined;
  #ofWindow: readonly WorkRefusal[] = [];
  #locks: AdminLocks = NO_LOCKS;

  readonly onDidChange: Event<void> = this.#change.event;

  constructor(private readonly sources: WorkSources) {
    const { news, model } = sources;
    this.#store.add(
      news.onDidChangeRefusals((refusals) => {
        this.#refusals = refusals;
        this.#ofWindow = this.#concerning();
        this.#change.fire();
      }),
    );
    this.#store.add(
      news.onDidChangeLocks((locks) => {
        this.#locks = locks;
        this.#change.fire();
      }),
    );
    this.#store.add(model.onDidChange(() => this.#followChats()));
  }

  /** `false`: the broker is of a version that ends work and refuses none. */
  get canRefuse(): boolean {
    return this.#refusals !== undefined;
  }

  /** Those of every window. They are durable: a broker that has gone takes none with it. */
  get refusals(): readonly WorkRefusal[] {
    return this.#refusals ?? [];
  }

  /** What turns away calls of this window's agents. */
  get ofWindow(): readonly WorkRefusal[] {
    return this.#ofWindow;
  }

  get locks(): AdminLocks {
    return this.#locks;
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** A chat's refusal is this window's as soon as a row of the chat is, and rows come all the time. */
  #followChats(): void {
    if (!this.refusals.some(({ scope }) => scope.kind === 'conversation')) return;
    const before = this.#ofWindow;
    this.#ofWindow = this.#concerning();
    const isSame = this.#ofWindow.every((refusal, index) => refusal === before[index]);
    if (isSame && this.#ofWindow.length === before.length) return;
    this.#change.fire();
  }

  #concerning(): readonly WorkRefusal[] {
    if (this.refusals.length === 0) return [];
    const { model, workspaceId } = this.sources;
    const window = { workspaceId, rows: model.ownRows().map(({ row }) => row) };
    return this.refusals.filter((refusal) => concernsWindow(refusal, window));
  }
}
