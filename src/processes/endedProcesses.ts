import type { EndLevel, EndOutcome } from './ownedProcess.ts';
import type { ProcessEntry } from './processEntry.ts';

/** Everything that one ending has met, and how much memory each held at most meanwhile. */
export class EndedProcesses {
  readonly #met = new Map<string, ProcessEntry>();

  get all(): ProcessEntry[] {
    return [...this.#met.values()];
  }

  /** One that dies has let go of its memory already: the largest sample counts. */
  add(entry: ProcessEntry): void {
    const key = keyOf(entry);
    const before = this.#met.get(key)?.residentBytes ?? null;
    const residentBytes =
      before === null ? entry.residentBytes : Math.max(before, entry.residentBytes ?? 0);
    this.#met.set(key, { ...entry, residentBytes });
  }

  outcome(level: EndLevel, survivors: readonly ProcessEntry[], isStuck: IsStuck): EndOutcome {
    const remaining = new Set(survivors.map(keyOf));
    const ended = this.all.filter((entry) => !remaining.has(keyOf(entry)));
    return {
      level,
      ended: ended.length,
      memoryBytes: memoryOf(ended),
      survivors: survivors.map(({ pid }) => pid),
      stuck: survivors.filter(isStuck).map(({ pid }) => pid),
    };
  }
}

type IsStuck = (entry: ProcessEntry) => boolean;

export function keyOf(entry: ProcessEntry): string {
  return `${entry.pid} ${entry.startTime}`;
}

function memoryOf(entries: readonly ProcessEntry[]): number | null {
  let bytes = 0;
  for (const { residentBytes } of entries) {
    if (residentBytes === null) return null;
    bytes += residentBytes;
  }
  return bytes;
}
