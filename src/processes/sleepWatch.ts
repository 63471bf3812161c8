import { keyOf } from './endedProcesses.ts';
import type { ProcessEntry } from './processEntry.ts';

/** Who is in uninterruptible sleep for so long after a SIGKILL is told of, not waited for. */
const STUCK_MS = 300;

/**
 * Tells who, though killed, sleeps where no signal reaches it. A moment of such sleep is nothing:
 * whoever reads from a disk has it.
 */
export class SleepWatch {
  readonly #since = new Map<string, number>();

  /** Whoever is found to be stuck is added to `stuck`. */
  constructor(private readonly stuck: Set<string>) {}

  isAllStuck(living: readonly ProcessEntry[], now = performance.now()): boolean {
    for (const entry of living) this.#note(entry, now);
    return living.length > 0 && living.every((entry) => this.stuck.has(keyOf(entry)));
  }

  #note(entry: ProcessEntry, now: number): void {
    const key = keyOf(entry);
    const since = this.#since.get(key);
    if (entry.state !== 'D') this.#since.delete(key);
    else if (since === undefined) this.#since.set(key, now);
    else if (now - since >= STUCK_MS) this.stuck.add(key);
  }
}
