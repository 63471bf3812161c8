import type { Memory } from '../../src/editor/tracking/trackedServers.ts';

/** A memory without a file: what goes in comes out as JSON. */
export function memoryOf(values: Record<string, unknown> = {}): Memory {
  const kept = new Map(Object.entries(values));
  return {
    get: (key) => kept.get(key),
    update: async (key, value) => {
      kept.set(key, JSON.parse(JSON.stringify(value)));
    },
  };
}
