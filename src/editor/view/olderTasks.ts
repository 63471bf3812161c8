import { ifKnown } from '../../brokerApi/ifKnown.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { BrokerLink } from '../brokerLink.ts';
import type { BrokerNews } from '../brokerNews.ts';
import type { TaskModel } from '../taskModel.ts';

/** More of them nobody reads in a tree; the terminal lists all. */
const MOST = 500;

export interface OlderTasksOptions {
  readonly link: Pick<BrokerLink, 'request'> & {
    readonly news: Pick<BrokerNews, 'onDidReceiveRows'>;
  };
  readonly model: TaskModel;
  readonly log: Log;
}

/** Archived tasks: they cost nothing until somebody opens the group that holds them. */
export class OlderTasks implements Disposable {
  readonly #store = new DisposableStore();
  #isLoaded = false;

  constructor(private readonly options: OlderTasksOptions) {
    // The broker's own rows take the place of all, and archived ones are not among them.
    this.#store.add(
      options.link.news.onDidReceiveRows(() => {
        this.#isLoaded = false;
      }),
    );
  }

  /** The group was opened. */
  load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    void this.#load();
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #load(): Promise<void> {
    const { link, model, log } = this.options;
    try {
      const answer = await ifKnown(link.request('tasks/older', { limit: MOST }));
      if (answer !== undefined) model.apply({ rows: answer.rows, removed: [] });
    } catch (error) {
      this.#isLoaded = false;
      log.write('warn', `Older tasks could not be read: ${messageOf(error)}`);
    }
  }
}
