import { rm } from 'node:fs/promises';
import {
  chosen,
  type KeptRefusal,
  markAudited,
  newRefusal,
  readLifted,
  readRefusals,
  removeRefusal,
  stampOf,
  writeRefusal,
} from '../brokerApi/refusalFiles.ts';
import { refusalText } from '../brokerApi/refusalText.ts';
import { isInScope, type WorkPlace, type WorkRefusal } from '../brokerApi/workRefusal.ts';
import type { Clock } from '../common/clock.ts';
import type { Disposable } from '../common/disposable.ts';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import { Emitter, type Event } from '../common/event.ts';
import type { Log } from '../common/log.ts';
import type { AuditTrail, Principal } from '../registry/auditTrail.ts';
import { refusalRow } from './refusalRow.ts';

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

/** File systems count in ticks: what has changed just now may change again unseen. */
const TICK_MS = 100;

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
  #stamp: bigint | null = null;
  #settling: Promise<void> = Promise.resolve();

  /** What `all` answers has changed. */
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(private readonly options: WorkRefusalsOptions) {
    this.#locked = options.locked ?? null;
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

  /** Whether nothing at all may begin. */
  get refusesEverything(): boolean {
    const all = this.#inForce();
    return this.#locked !== null || all.some(({ refusal }) => refusal.scope.kind === 'everything');
  }

  /** What an administrator's file refuses; only that file lifts it. */
  setLocked(refusal: WorkRefusal | null): void {
    const before = this.#locked;
    this.#locked = refusal;
    if (before?.id === refusal?.id && before?.note === refusal?.note) return;
    this.#settling = this.#settling.then(() => this.#auditLock(refusal, before));
    this.#changed.fire();
  }

  /**
   * Takes in what others wrote; answers the refusals that are new to every broker. One look at the
   * folder while nothing has changed.
   */
  refresh(): WorkRefusal[] {
    const { folder } = this.options;
    const stamp = stampOf(folder);
    if (stamp !== null && stamp === this.#stamp && !this.#isFresh(stamp)) return [];
    this.#stamp = stamp;
    return this.#take(readRefusals(folder));
  }

  /** Resolves when the refusal is on disk, in the trail and told; it is in force at once. */
  async add(wanted: WantedRefusal, principal: Principal): Promise<WorkRefusal> {
    const refusal = newRefusal({ client: principal.client?.name ?? null, ...wanted });
    const kept = { refusal, isAudited: true };
    this.#unwritten.set(refusal.id, kept);
    this.#untold.add(refusal.id);
    await this.#audit('work_refused', refusal, principal);
    await this.#write(kept);
    this.#tell(refusal.id);
    return refusal;
  }

  /**
   * Lifts the refusal with this id, or all that may be lifted; resolves when that is durable.
   * Rejects with `locked_by_admin`, or with `usage` where there is none with the id.
   */
  async lift(id: string | undefined, principal: Principal): Promise<WorkRefusal[]> {
    this.refresh();
    const all = this.#inForce();
    if (this.#locked !== null && (id === this.#locked.id || (id === undefined && all.length === 0)))
      throw new TaskHandlesError('locked_by_admin', `${sentence(this.#locked)}.`);
    const wanted = chosen(all, id);
    for (const kept of wanted) {
      await this.#audit('work_accepted', kept.refusal, principal);
      await removeRefusal(this.options.folder, kept);
      this.#unwritten.delete(kept.refusal.id);
      this.#onDisk = this.#onDisk.filter((one) => one !== kept && !isSame(one, kept));
    }
    if (wanted.length > 0) this.#changed.fire();
    return wanted.map(({ refusal }) => refusal);
  }

  /** Tries once more what a full or missing disk has refused. */
  async retry(): Promise<void> {
    for (const kept of this.#unwritten.values()) {
      if (!this.#untold.has(kept.refusal.id)) await this.#write(kept);
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #inForce(): KeptRefusal[] {
    return [...this.#onDisk, ...this.#unwritten.values()];
  }

  #isFresh(stamp: bigint): boolean {
    return Math.abs(this.options.clock.now() - Number(stamp / 1_000_000n)) < TICK_MS;
  }

  #take(read: readonly KeptRefusal[]): WorkRefusal[] {
    const before = this.#inForce();
    this.#onDisk = read.filter(({ refusal }) => !this.#unwritten.has(refusal.id));
    const isKnown = (kept: KeptRefusal) => before.some((one) => isSame(one, kept));
    const added = this.#onDisk.filter((kept) => !isKnown(kept));
    const isOver = before.length + added.length > this.#inForce().length;
    const unaudited = added.filter(({ isAudited }) => !isAudited);
    for (const { refusal } of unaudited) this.#untold.add(refusal.id);
    for (const { refusal } of added) this.#say(refusal);
    if (added.length > unaudited.length || isOver) this.#changed.fire();
    this.#settling = this.#settling.then(() => this.#settle(unaudited));
    return unaudited.map(({ refusal }) => refusal);
  }

  /** What was written without a broker has its row now; a crash before the mark gives it two. */
  async #settle(unaudited: readonly KeptRefusal[]): Promise<void> {
    const { folder } = this.options;
    for (const { refusal } of unaudited) {
      await this.#audit('work_refused', refusal, principalOf(refusal.by, refusal.client));
      await markAudited(folder, refusal).catch((error: unknown) => this.#fail(refusal, error));
      this.#tell(refusal.id);
    }
    for (const { refusal, client, path } of readLifted(folder)) {
      await this.#audit('work_accepted', refusal, principalOf('user', client));
      await rm(path, { force: true });
    }
  }

  async #auditLock(now: WorkRefusal | null, before: WorkRefusal | null): Promise<void> {
    const told = now ?? before;
    if (told === null) return;
    const action = now === null ? 'work_accepted' : 'work_refused';
    await this.#audit(action, told, principalOf('admin', told.client));
  }

  /** A full disk makes it no less in force: it is tried again. */
  async #write(kept: KeptRefusal): Promise<void> {
    try {
      await writeRefusal(this.options.folder, kept);
      if (!this.#unwritten.delete(kept.refusal.id)) return;
      this.#onDisk = [...this.#onDisk.filter((one) => !isSame(one, kept)), kept];
    } catch (error) {
      this.#fail(kept.refusal, error);
    }
  }

  #fail(refusal: WorkRefusal, error: unknown): void {
    const why = `${sentence(refusal)}, but not on disk: ${messageOf(error)}`;
    this.options.log.write('error', why, error);
  }

  /** A trail that cannot be written must not keep anybody from stopping what runs (P6). */
  async #audit(
    action: 'work_refused' | 'work_accepted',
    refusal: WorkRefusal,
    principal: Principal,
  ): Promise<void> {
    const { audit, log } = this.options;
    await audit.append(refusalRow(action, refusal, principal)).catch((error: unknown) => {
      log.write('warn', 'What is refused, or accepted again, is not in the audit trail.', error);
    });
  }

  #tell(id: string): void {
    this.#untold.delete(id);
    this.#changed.fire();
  }

  #say(refusal: WorkRefusal): void {
    this.options.log.write('warn', `${sentence(refusal)}.`);
  }
}

function isSame(one: KeptRefusal, other: KeptRefusal): boolean {
  return one.refusal.id === other.refusal.id;
}

function sentence(refusal: WorkRefusal): string {
  const text = refusalText(refusal);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function principalOf(door: WorkRefusal['by'], client: string | null): Principal {
  const program = client === null ? null : { name: client, version: '' };
  return { door, client: program, conversationId: null, user: null };
}
