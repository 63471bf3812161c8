import { rm } from 'node:fs/promises';
import {
  chosen,
  type KeptRefusal,
  markMerged,
  newRefusal,
  readLifted,
  readRefusals,
  removeRefusal,
  writeRefusal,
} from '../../brokerApi/refusalFiles.ts';
import { refusalSentence } from '../../brokerApi/refusalText.ts';
import {
  isInScope,
  mayCover,
  type WorkPlace,
  type WorkRefusal,
} from '../../brokerApi/workRefusal.ts';
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import { messageOf, TaskHandlesError } from '../../common/errors.ts';
import { Emitter, type Event } from '../../common/event.ts';
import type { Log } from '../../common/log.ts';
import type { AuditTrail, Principal } from '../../registry/auditTrail.ts';
import { FolderChange } from './folderChange.ts';
import { RefusalTrail } from './refusalTrail.ts';

export interface WorkRefusalsOptions {
  /** One file each; others write here as well. */
  readonly folder: string;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly log: Log;
  /** What an administrator's file refused before: the trail has that. */
  readonly locked?: WorkRefusal | null;
}

/** What begins a refusal. */
export type WantedRefusal = Pick<WorkRefusal, 'scope' | 'by' | 'note'>;

/**
 * Which new work is refused (P7). In force the moment it is asked for, on disk before anything is
 * ended for it, in the audit trail before anybody is told. The truth is the folder: a terminal
 * writes there when no broker answers, and `refresh` finds that.
 */
export class WorkRefusals implements Disposable {
  readonly #changed = new Emitter<void>();
  /** On their way to the disk, or in vain: in force all the same. */
  readonly #unwritten = new Map<string, KeptRefusal>();
  /** In force, but not in the audit trail yet. */
  readonly #untold = new Set<string>();
  #onDisk: readonly KeptRefusal[] = [];
  #locked: WorkRefusal | null = null;
  /** Their rows are missing: a later broker writes them. */
  readonly #unaudited = new Set<string>();
  readonly #trail: RefusalTrail;
  readonly #folder: FolderChange;
  #settling: Promise<void> = Promise.resolve();
  #changing: Promise<void> = Promise.resolve();
  #isRetrying = false;

  /** What `all` answers has changed. */
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(private readonly options: WorkRefusalsOptions) {
    this.#locked = options.locked ?? null;
    this.#trail = new RefusalTrail(options);
    this.#folder = new FolderChange(options.folder, options.clock);
  }

  /** What is refused, an administrator's refusal first. */
  get all(): WorkRefusal[] {
    const kept = this.#inForce().map(({ refusal }) => refusal);
    const told = kept.filter(({ id }) => !this.#untold.has(id));
    return this.#locked === null ? told : [this.#locked, ...told];
  }

  /** What refuses a call from there; `null`: nothing does. */
  refusalOf(place: WorkPlace): WorkRefusal | null {
    if (this.#locked !== null) return this.#locked;
    if (this.#onDisk.length + this.#unwritten.size === 0) return null;
    const covers = ({ refusal }: KeptRefusal) => isInScope(refusal.scope, place);
    return this.#inForce().find(covers)?.refusal ?? null;
  }

  /** Whether nothing of a server may begin, whichever chat asks. */
  refusesAllOf(place: Omit<WorkPlace, 'conversationId'>): boolean {
    if (this.#locked !== null) return true;
    return this.#inForce().some(({ refusal: { scope } }) => {
      return scope.kind !== 'conversation' && mayCover(scope, place);
    });
  }

  /** What an administrator's file refuses; only that file lifts it. */
  setLocked(refusal: WorkRefusal | null): void {
    const before = this.#locked;
    this.#locked = refusal;
    if (before?.id === refusal?.id && before?.note === refusal?.note) return;
    this.#settling = this.#settling.then(() => this.#trail.locked(refusal, before));
    this.#changed.fire();
  }

  /**
   * Takes in what others wrote; answers the refusals that no broker has merged, once: `merged` is for
   * when that is done. One look at the folder while nothing has changed.
   */
  refresh(): WorkRefusal[] {
    return this.#folder.look() ? this.#take(readRefusals(this.options.folder)) : [];
  }

  /**
   * In force at once. Resolves when the refusal is in the trail and told, and on disk unless the disk
   * refuses: see `isOnDisk`.
   */
  async add(wanted: WantedRefusal, principal: Principal): Promise<WorkRefusal> {
    const refusal = newRefusal({ client: principal.client?.name ?? null, ...wanted });
    const kept = { refusal, isMerged: false };
    this.#unwritten.set(refusal.id, kept);
    this.#untold.add(refusal.id);
    await this.#write(kept);
    await this.#audit(refusal, principal);
    return refusal;
  }

  /** Whether it would survive a power cut; where not, the disk is tried again and again. */
  isOnDisk({ id }: WorkRefusal): boolean {
    return !this.#unwritten.has(id);
  }

  /**
   * What it covers has been ended. A crash before leaves that to the next broker, which ends it all;
   * so it does what the trail has missed.
   */
  async merged(refusals: readonly WorkRefusal[]): Promise<void> {
    await this.#settling;
    for (const refusal of refusals.filter(({ id }) => !this.#unaudited.has(id))) {
      await this.#turn(() => markMerged(this.options.folder, refusal)).catch((error: unknown) => {
        this.#warn('A refusal of new work will be merged once more', error);
      });
    }
  }

  /**
   * Lifts the refusal with this id, or all that may be lifted; resolves when that is durable.
   * Rejects with `locked_by_admin`, or with `usage` where there is none with the id.
   */
  async lift(id: string | undefined, principal: Principal): Promise<WorkRefusal[]> {
    this.refresh();
    const all = this.#inForce();
    if (this.#locked !== null && (id === this.#locked.id || (id === undefined && all.length === 0)))
      throw new TaskHandlesError('locked_by_admin', `${refusalSentence(this.#locked)}.`);
    const wanted = chosen(all, id);
    for (const kept of wanted) {
      await this.#trail.accepted(kept.refusal, principal);
      await this.#turn(() => this.#remove(kept));
    }
    if (wanted.length > 0) this.#changed.fire();
    return wanted.map(({ refusal }) => refusal);
  }

  /** Tries once more what a full or missing disk has refused. */
  async retry(): Promise<void> {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    for (const kept of this.#unwritten.values()) {
      if (!this.#untold.has(kept.refusal.id)) await this.#write(kept);
    }
    this.#isRetrying = false;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #inForce(): KeptRefusal[] {
    return [...this.#onDisk, ...this.#unwritten.values()];
  }

  #take(read: readonly KeptRefusal[]): WorkRefusal[] {
    const before = this.#inForce();
    this.#onDisk = read.filter(({ refusal }) => !this.#unwritten.has(refusal.id));
    const isKnown = (kept: KeptRefusal) => before.some((one) => isSame(one, kept));
    const added = this.#onDisk.filter((kept) => !isKnown(kept));
    const isOver = before.length + added.length > this.#inForce().length;
    const found = added.flatMap(({ refusal, isMerged }) => (isMerged ? [] : [refusal]));
    for (const { id } of found) this.#untold.add(id);
    for (const { refusal } of added) this.#say(refusal);
    if (added.length > found.length || isOver) this.#changed.fire();
    this.#settling = this.#settling.then(() => this.#settle(found));
    return found;
  }

  /** What was done without a broker has its rows now; a crash before that is on record gives it two. */
  async #settle(found: readonly WorkRefusal[]): Promise<void> {
    for (const refusal of found) await this.#audit(refusal);
    for (const { refusal, client, path } of readLifted(this.options.folder)) {
      if (!(await this.#trail.acceptedElsewhere(refusal, client))) continue;
      await rm(path, { force: true }).catch((error: unknown) => {
        this.#warn('A note of work that was accepted again stays', error);
      });
    }
  }

  /** In the trail before anybody is told. */
  async #audit(refusal: WorkRefusal, principal?: Principal): Promise<void> {
    const { id } = refusal;
    if (!(await this.#trail.refused(refusal, principal))) this.#unaudited.add(id);
    this.#untold.delete(id);
    this.#changed.fire();
  }

  /** A full disk makes it no less in force: it is tried again. */
  async #write(kept: KeptRefusal): Promise<void> {
    const { id } = kept.refusal;
    try {
      await this.#turn(async () => {
        // Lifted before it was written.
        if (!this.#unwritten.has(id)) return;
        await writeRefusal(this.options.folder, kept);
        this.#unwritten.delete(id);
        this.#onDisk = [...this.#onDisk.filter((one) => !isSame(one, kept)), kept];
      });
    } catch (error) {
      this.#warn(`${refusalSentence(kept.refusal)}, but not on disk`, error);
    }
  }

  async #remove(kept: KeptRefusal): Promise<void> {
    await removeRefusal(this.options.folder, kept);
    this.#unwritten.delete(kept.refusal.id);
    this.#onDisk = this.#onDisk.filter((one) => one !== kept && !isSame(one, kept));
  }

  /** One change of the folder after the other: what is lifted while it is written stays so. */
  #turn(change: () => Promise<void>): Promise<void> {
    const changed = this.#changing.then(change);
    this.#changing = changed.catch(() => {});
    return changed;
  }

  #warn(what: string, error: unknown): void {
    this.options.log.write('error', `${what}: ${messageOf(error)}`, error);
  }

  #say(refusal: WorkRefusal): void {
    this.options.log.write('warn', `${refusalSentence(refusal)}.`);
  }
}

function isSame(one: KeptRefusal, other: KeptRefusal): boolean {
  return one.refusal.id === other.refusal.id;
}
