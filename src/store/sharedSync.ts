/**
 * One sync for all who wait at the same time. Who comes while one is under way gets the next one:
 * that one may have begun before his bytes were there.
 */
export class SharedSync {
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(private readonly sync: () => Promise<void>) {}

  run(): Promise<void> {
    if (this.#running === null) {
      this.#running = this.sync().finally(() => {
        this.#running = null;
      });
      return this.#running;
    }
    const startNext = () => {
      this.#next = null;
      return this.run();
    };
    this.#next ??= this.#running.then(startNext, startNext);
    return this.#next;
  }
}
