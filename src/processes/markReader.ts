import { keyOf } from './endedProcesses.ts';
import { readLimitMark } from './limitMark.ts';
import { ownerMarkIn, readEnvironment } from './linuxProc.ts';
import type { ProcessEntry, ProcessTable } from './processEntry.ts';

/**
 * Finds what carries one of an upstream's owner marks, in table after table. Reading is the slow
 * part, so each process is read once: nobody comes by a mark later.
 */
export class MarkReader {
  /** Of those in the last table. */
  #unmarked = new Set<string>();

  constructor(
    private readonly owner: string,
    private readonly limitMark: string | null,
  ) {}

  find(table: ProcessTable, isCandidate: (entry: ProcessEntry) => boolean): ProcessEntry[] {
    if (process.platform !== 'linux') return [];
    const before = this.#unmarked;
    this.#unmarked = new Set();
    return [...table.values()].filter(
      (entry) => entry.pid !== process.pid && isCandidate(entry) && this.#isMarked(entry, before),
    );
  }

  #isMarked(entry: ProcessEntry, knownUnmarked: ReadonlySet<string>): boolean {
    const key = keyOf(entry);
    if (knownUnmarked.has(key)) {
      this.#unmarked.add(key);
      return false;
    }
    if (this.limitMark !== null && readLimitMark(entry.pid) === this.limitMark) return true;
    // The environment of one that sleeps in the system may be locked: we would sleep with it.
    if (entry.state === 'D') return false;
    const environment = readEnvironment(entry.pid);
    if (environment !== null && ownerMarkIn(environment) === this.owner) return true;
    // In the middle of its start a program shows none.
    if (environment !== '') this.#unmarked.add(key);
    return false;
  }
}
