import type { Memory } from '../../src/editor/rowSnapshot.ts';

/** An editor's memento that forgets with the test. */
export class FakeMemory implements Memory {
  readonly #values: Map<string, unknown>;
  writes = 0;

  constructor(values: Readonly<Record<string, unknown>> = {}) {
    this.#values = new Map(Object.entries(values));
  }

  get(key: string): unknown {
    return this.#values.get(key);
  }

  async update(key: string, value: unknown): Promise<void> {
    this.writes += 1;
    this.#values.set(key, JSON.parse(JSON.stringify(value)));
  }
}
