import type { Dialect } from '../opening.ts';

/** What is known of one server, for clients of one era. */
export interface KnownEra {
  /** In which era to speak to the server; `null`: to be found out. */
  readonly era: Dialect | null;
  note(era: Dialect): void;
  forget(): void;
}

/**
 * Which era each server speaks with clients of each: found out once per broker. A server that
 * speaks both is spoken to in that of its client, so the two are remembered apart.
 */
export class EraMemory {
  readonly #known = new Map<string, Dialect>();

  /** `server`: a fingerprint of its definition (`definitionKey`). */
  of(server: string, client: Dialect): KnownEra {
    const key = `${client} ${server}`;
    return {
      era: this.#known.get(key) ?? null,
      note: (era) => void this.#known.set(key, era),
      forget: () => void this.#known.delete(key),
    };
  }
}
