import type { Clock } from '../../common/clock.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import type { MirrorChange, TaskMirror } from '../taskMirror.ts';
import { Coalescer } from './coalescer.ts';
import { LIVE_URI, taskUri } from './taskUris.ts';

const STATE_WITHIN_MS = 50;
/** Progress is no news by the second. */
const PROGRESS_WITHIN_MS = 1000;
/** Stands for the list of resources itself. */
const LIST = '';

export interface ResourceFeedOptions {
  readonly mirror: TaskMirror;
  readonly clock: Clock;
  readonly tellUpdated: (uri: string) => void;
  readonly tellListChanged: () => void;
}

/** Tells one client which of the resources that it subscribed to have changed. */
export class ResourceFeed implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #subscribed = new Set<string>();
  readonly #coalescer: Coalescer;

  constructor(private readonly options: ResourceFeedOptions) {
    const { mirror, clock } = options;
    this.#coalescer = this.#owned.add(new Coalescer(clock, (keys) => this.#tell(keys)));
    this.#owned.add(mirror.onDidChange((changes) => this.#take(changes)));
  }

  get size(): number {
    return this.#subscribed.size;
  }

  subscribe(uri: string): void {
    this.#subscribed.add(uri);
  }

  unsubscribe(uri: string): void {
    this.#subscribed.delete(uri);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #take(changes: readonly MirrorChange[]): void {
    for (const { id, isState, changesLive } of changes) {
      const withinMs = isState ? STATE_WITHIN_MS : PROGRESS_WITHIN_MS;
      if (changesLive) this.#coalescer.mark(LIST, withinMs);
      for (const uri of [LIVE_URI, taskUri(id)]) {
        if (this.#subscribed.has(uri)) this.#coalescer.mark(uri, withinMs);
      }
    }
  }

  #tell(keys: readonly string[]): void {
    for (const key of keys) {
      if (key === LIST) this.options.tellListChanged();
      else if (this.#subscribed.has(key)) this.options.tellUpdated(key);
    }
  }
}
