import type { Notice } from '../brokerApi/brokerProtocol.ts';
import { Emitter, type Event } from '../common/event.ts';
import type { Log } from '../common/log.ts';

/** Enough for a person; the log has them all. */
const KEPT_NOTICES = 20;

/** What people must hear of though nobody asked: told to every window, kept for later ones. */
export class Notices {
  readonly #all: Notice[] = [];
  readonly #changed = new Emitter<void>();

  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(private readonly log: Log) {}

  /** Oldest first. */
  get all(): Notice[] {
    return [...this.#all];
  }

  add(level: Notice['level'], message: string): void {
    this.log.write(level, message);
    this.#all.push({ time: new Date().toISOString(), level, message });
    if (this.#all.length > KEPT_NOTICES) this.#all.shift();
    this.#changed.fire();
  }
}
