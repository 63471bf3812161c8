import { stampOf } from '../../brokerApi/refusalFiles.ts';
import type { Clock } from '../../common/clock.ts';

/** The coarsest ticks in which file systems count: what has changed just now may do so again unseen. */
const TICK_MS = 2_000;

/** Whether files may have come to a folder or gone: one look at it while nothing has changed. */
export class FolderChange {
  #stamp: bigint | null = null;

  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {}

  /** Since the last question; a folder that is not there always may have. */
  look(): boolean {
    const stamp = stampOf(this.folder);
    const isKnown = stamp !== null && stamp === this.#stamp && !this.#isFresh(stamp);
    this.#stamp = stamp;
    return !isKnown;
  }

  #isFresh(stamp: bigint): boolean {
    return Math.abs(this.clock.now() - Number(stamp / 1_000_000n)) < TICK_MS;
  }
}
