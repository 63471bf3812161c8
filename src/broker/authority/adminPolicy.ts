import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type AdminLocks, NO_LOCKS } from '../../brokerApi/adminLocks.ts';
import { type AdminReading, readAdminPolicy } from '../../brokerApi/adminPolicyFile.ts';
import { lockLines } from '../../brokerApi/lockWords.ts';
import { parseAdminLocks } from '../../brokerApi/parseAdminLocks.ts';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import { Emitter, type Event } from '../../common/event.ts';
import type { Log } from '../../common/log.ts';
import { writeFileAtomically } from '../../store/durableFiles.ts';
import type { Notices } from '../notices.ts';

export interface AdminPolicyOptions {
  /** The administrator's file. */
  readonly path: string;
  /** Where the last good one is kept, for brokers to come. */
  readonly copy: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly notices: Pick<Notices, 'add'>;
  /** Whether this broker may not write any more. */
  readonly isFenced: () => boolean;
}

/** A look is a few `lstat`s; an administrator who stops all work does not want to wait. */
export const LOOK_EVERY_MS = 2_000;

/** Long enough for whoever is writing the file at this moment to be done. */
export const WRITING_MS = 250;

/** There is but one file, so one refusal. */
const ADMIN_REFUSAL_ID = 'admin';

/** What holds when a file cannot be read and no good one is known (decision 23). */
const UNREADABLE = 'What the administrator locked cannot be read';

/** Follows the administrator's file for as long as the broker runs (P8). */
export class AdminPolicy implements Disposable {
  readonly #changed = new Emitter<void>();
  #locks: AdminLocks = NO_LOCKS;
  #sinceMs = 0;
  #lastGood: AdminLocks | null = null;
  #copied: string | null;
  #copying: Promise<void> = Promise.resolve();
  #timer: Disposable | undefined;
  #isDoubted = false;

  readonly onDidChange: Event<void> = this.#changed.event;
  /** What the file refused when a broker last followed it. */
  readonly refusalBefore: WorkRefusal | null;

  constructor(private readonly options: AdminPolicyOptions) {
    this.#copied = readCopy(options.copy);
    this.refusalBefore = refusalIn(this.#lastGoodOnDisk() ?? NO_LOCKS, options.clock.now());
    this.#follow(readAdminPolicy(options.path));
    this.#lookIn(LOOK_EVERY_MS);
  }

  get locks(): AdminLocks {
    return this.#locks;
  }

  /** The kill switch as administrators throw it; nobody else lifts it (P7). */
  get refusal(): WorkRefusal | null {
    return refusalIn(this.#locks, this.#sinceMs);
  }

  /** Resolves when the copy is as the file was at the last look. */
  async flush(): Promise<void> {
    await this.#copying;
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#changed.dispose();
  }

  #lookIn(delayMs: number): void {
    this.#timer = this.options.clock.after(delayMs, () => this.#look());
  }

  /** What is malformed for the first time may be half written: what held holds until the next look. */
  #look(): void {
    const reading = readAdminPolicy(this.options.path);
    const isNews = reading.kind === 'broken' && !this.#isDoubted;
    this.#isDoubted = reading.kind === 'broken';
    if (!isNews) this.#follow(reading);
    this.#lookIn(isNews ? WRITING_MS : LOOK_EVERY_MS);
  }

  #follow(reading: AdminReading): void {
    this.#keep(reading);
    const locks = this.#locksOf(reading);
    if (JSON.stringify(locks) === JSON.stringify(this.#locks)) return;
    const sinceMs = 'sinceMs' in reading ? reading.sinceMs : null;
    this.#sinceMs = sinceMs ?? this.options.clock.now();
    this.#take(locks);
  }

  #take(locks: AdminLocks): void {
    const before = this.#locks;
    this.#locks = locks;
    this.#tell(before);
    this.#changed.fire();
  }

  #locksOf(reading: AdminReading): AdminLocks {
    switch (reading.kind) {
      case 'absent':
        return NO_LOCKS;
      case 'ignored':
        return { ...NO_LOCKS, problem: reading.problem };
      case 'good':
        return reading.locks;
      case 'broken':
        return this.#strictOf(reading.problem);
    }
  }

  /** Whatever the last good one said; nobody may run past us meanwhile. */
  #strictOf(problem: string): AdminLocks {
    const { path } = this.options;
    const known = this.#lastGood ?? this.#lastGoodOnDisk();
    const held = known ?? { source: path, by: null, refuseNewWork: UNREADABLE };
    return { ...held, failOpen: false, problem };
  }

  #lastGoodOnDisk(): AdminLocks | null {
    if (this.#copied === null) return null;
    const parsed = parseAdminLocks(this.#copied, this.options.path);
    return 'locks' in parsed ? parsed.locks : null;
  }

  /** No file is an administrator's word as well: what it said before is over. */
  #keep(reading: AdminReading): void {
    if (reading.kind === 'good') {
      this.#lastGood = reading.locks;
      this.#copy(reading.text);
    } else if (reading.kind === 'absent') {
      this.#lastGood = null;
      this.#copy(null);
    }
  }

  #copy(text: string | null): void {
    const { copy, isFenced, log } = this.options;
    if (text === this.#copied || isFenced()) return;
    this.#copied = text;
    this.#copying = this.#copying
      .then(() => (text === null ? rm(copy, { force: true }) : writeFileAtomically(copy, text)))
      .catch((error: unknown) => log.write('warn', `${copy} could not be written.`, error));
  }

  #tell(before: AdminLocks): void {
    const { log, notices } = this.options;
    const { problem, unknown = [], source } = this.#locks;
    if (problem !== undefined && problem !== before.problem) notices.add('warn', problem);
    const news = unknown.filter((line) => !before.unknown?.includes(line));
    for (const line of news) notices.add('warn', `${source}: ${line}; it is passed over.`);
    const lines = lockLines(this.#locks);
    const words = lines.length === 0 ? 'nothing' : lines.join('; ');
    log.write('info', `An administrator locks: ${words}.`);
  }
}

function refusalIn({ refuseNewWork, by }: AdminLocks, sinceMs: number): WorkRefusal | null {
  if (refuseNewWork === undefined) return null;
  const since = new Date(sinceMs).toISOString();
  const scope = { kind: 'everything' } as const;
  return { id: ADMIN_REFUSAL_ID, scope, by: 'admin', client: by, note: refuseNewWork, since };
}

function readCopy(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
