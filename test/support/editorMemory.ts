import type { Memory } from '../../src/editor/tracking/trackedServers.ts';

/** A memory as a window has one: what goes in comes out as JSON. */
export function memoryOf(values: Record<string, unknown> = {}): Memory {
  const kept = new Map(Object.entries(values));
  return {
    get: (key) => kept.get(key),
    update: async (key, value) => {
      kept.set(key, JSON.parse(JSON.stringify(value)));
    },
  };
}

/** Secrets of a window, and every text that was ever stored. */
export function secretsOf() {
  const kept = new Map<string, string>();
  return {
    kept,
    get: async (key: string) => kept.get(key),
    store: async (key: string, value: string) => {
      kept.set(key, value);
    },
    delete: async (key: string) => {
      kept.delete(key);
    },
  };
}
