import type { Memory } from '../rowSnapshot.ts';

/** What the person has heard of or brought about; kept over reloads. */
export class ToldIds {
  readonly #ids: Set<string>;

  constructor(
    private readonly memory: Memory,
    private readonly key: 'toldTasks' | 'toldNotices' | 'toldStillRunning' = 'toldTasks',
  ) {
    const kept = memory.get(key);
    this.#ids = new Set(
      Array.isArray(kept) ? kept.filter((id): id is string => typeof id === 'string') : [],
    );
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(ids: readonly string[]): void {
    for (const id of ids) this.#ids.add(id);
    this.#write();
  }

  /** Forgets what the broker has forgotten, so that the list does not grow for ever. */
  keepOnly(isKnown: (id: string) => boolean): void {
    const before = this.#ids.size;
    for (const id of this.#ids) if (!isKnown(id)) this.#ids.delete(id);
    if (this.#ids.size !== before) this.#write();
  }

  #write(): void {
    void this.memory.update(this.key, [...this.#ids]);
  }
}
