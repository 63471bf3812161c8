import type { Finding } from '../../brokerApi/finding.ts';
import type { HomePaths } from '../../brokerApi/home.ts';
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { type Examination, examine } from '../../doctor/examination.ts';

export interface SweeperOptions {
  readonly paths: HomePaths;
  readonly examinations: readonly Examination[];
  readonly clock: Clock;
  readonly log: Log;
  /** Something is being ended just now: looking would only slow that down. */
  readonly isBusy: () => boolean;
  /** Another broker has taken over: nothing here is ours to mend any more. */
  readonly isFenced: () => boolean;
}

/** When the broker has come up, what was left before it is looked for; then now and then. */
const FIRST_MS = 20_000;
const EVERY_MS = 300_000;
/** Looked again so soon where it was no good moment. */
const BUSY_MS = 10_000;

/** Finds and mends what is left behind (P13), on a timer and when somebody asks; one at a time. */
export class Sweeper implements Disposable {
  #last: Promise<unknown> = Promise.resolve();
  #timer: Disposable;
  #isDisposed = false;
  /** What cannot be mended is told once. */
  readonly #told = new Set<string>();

  constructor(private readonly options: SweeperOptions) {
    this.#timer = this.#after(FIRST_MS);
  }

  /** Rejects only when it cannot look at all. */
  run({ mend }: { readonly mend: boolean }): Promise<Finding[]> {
    const { examinations, paths, isFenced } = this.options;
    const look = { paths, mend: mend && !isFenced() };
    const run = this.#last.then(() => examine(examinations, look));
    this.#last = run.catch(() => {});
    return run;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#timer.dispose();
  }

  #after(delayMs: number): Disposable {
    return this.options.clock.after(delayMs, () => void this.#sweep());
  }

  async #sweep(): Promise<void> {
    const { log, isBusy } = this.options;
    const isLater = isBusy();
    try {
      if (!isLater) for (const finding of await this.run({ mend: true })) this.#tell(finding);
    } catch (error) {
      log.write('warn', `What is left behind could not be looked for: ${messageOf(error)}`, error);
    }
    if (!this.#isDisposed) this.#timer = this.#after(isLater ? BUSY_MS : EVERY_MS);
  }

  #tell({ kind, what, why, outcome }: Finding): void {
    const key = `${kind} ${what}`;
    if (outcome !== 'mended' && this.#told.has(key)) return;
    this.#told.add(key);
    const level = kind === 'stray_file' || kind === 'old_version' ? 'info' : 'warn';
    this.options.log.write(level, `Left behind: ${what} (${outcome}). ${why}`);
  }
}
