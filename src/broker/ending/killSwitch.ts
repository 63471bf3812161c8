import type { RevokeOutcome } from '../../brokerApi/brokerProtocol.ts';
import { forgetPanic, readPanics, type UnmergedPanic } from '../../brokerApi/panicJournal.ts';
import { isInScope, type WorkRefusal, type WorkScope } from '../../brokerApi/workRefusal.ts';
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { LiveCall } from '../../proxy/downstream/liveCall.ts';
import type { LiveCalls } from '../../proxy/downstream/liveCalls.ts';
import type { UnendedWork } from '../../proxy/downstream/unendedWork.ts';
import type { Principal } from '../../registry/auditTrail.ts';
import type { Registry } from '../../registry/registry.ts';
import { type Door, isTerminal, type TaskRecord } from '../../registry/taskRecord.ts';
import { FolderChange } from '../authority/folderChange.ts';
import type { WorkRefusals } from '../authority/workRefusals.ts';
import { endedByPanic, PANIC_NOTE, panicPrincipal, treesOf } from './panicMerge.ts';
import { isRecordedSoon } from './recordWait.ts';
import type { Revoker } from './revoker.ts';

export interface KillSwitchOptions {
  readonly registry: Registry;
  readonly calls: LiveCalls;
  readonly revoker: Revoker;
  readonly unended: Pick<UnendedWork, 'all'>;
  readonly refusals: WorkRefusals;
  /** The folder of journals. */
  readonly panics: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RevokeAll {
  readonly scope: WorkScope;
  readonly door: Door;
  readonly note: string | null;
  readonly principal: Principal;
}

/** Who ends what, and only what began before. */
interface Order extends RevokeAll {
  readonly beforeMs: number;
}

/** What is live: a task, or a call that is none yet. */
interface LiveWork {
  readonly id: string;
  readonly record: TaskRecord | undefined;
  readonly call: LiveCall | undefined;
}

const CHECK_MS = 1_000;

/**
 * Revoke all (P7): refuses new work of a scope, then ends what is live of it. And what was ordered
 * past this broker, by a terminal that could not reach it or by `panic`, is merged here before
 * anything else is done: see `check`.
 */
export class KillSwitch implements Disposable {
  readonly #merging = new Set<string>();
  readonly #panics: FolderChange;
  #timer: Disposable;
  #isDisposed = false;

  constructor(private readonly options: KillSwitchOptions) {
    this.#panics = new FolderChange(options.panics, options.clock);
    this.#timer = this.#checkLater();
  }

  /** Ends everything live of the scope, once new work of it is refused durably. */
  async revokeAll(
    request: RevokeAll,
  ): Promise<{ outcomes: RevokeOutcome[]; refusal: WorkRefusal; isUnwritten?: true }> {
    const { scope, door, note, principal } = request;
    const { refusals, clock } = this.options;
    const added = refusals.add({ scope, by: door, note }, principal);
    await isRecordedSoon(added, clock);
    const order = { ...request, beforeMs: Number.POSITIVE_INFINITY };
    const [outcomes, refusal] = await Promise.all([this.#end(this.#liveOf(order), order), added]);
    await refusals.merged([refusal]);
    return { outcomes, refusal, ...(!refusals.isOnDisk(refusal) && { isUnwritten: true }) };
  }

  /**
   * Takes in what was written past this broker. Two looks at folders while nothing has changed:
   * asked before calls (`workGate`), before an upstream's end is told of, and on a timer.
   */
  check(): void {
    const { refusals, panics } = this.options;
    const found = refusals.refresh();
    const isChanged = this.#panics.look();
    const journals = isChanged ? readPanics(panics).filter((one) => this.#isNew(one)) : [];
    if (found.length + journals.length === 0) return;
    this.#merge(found, journals).catch((error: unknown) => {
      this.options.log.write('error', `A kill switch was not merged: ${messageOf(error)}`, error);
    });
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#timer.dispose();
  }

  #checkLater(): Disposable {
    return this.options.clock.after(CHECK_MS, () => {
      this.check();
      void this.options.refusals.retry();
      if (!this.#isDisposed) this.#timer = this.#checkLater();
    });
  }

  #isNew({ path }: UnmergedPanic): boolean {
    return !this.#merging.has(path);
  }

  async #merge(found: readonly WorkRefusal[], panics: readonly UnmergedPanic[]): Promise<void> {
    for (const { path } of panics) this.#merging.add(path);
    const trees = treesOf(panics);
    const orders = [...panics.flatMap(orderOfPanic), ...found.map(orderOf)];
    const ended = new Set<string>();
    const work: Promise<unknown>[] = [];
    for (const order of orders) {
      const live = this.#liveOf(order).filter(({ id }) => !ended.has(id));
      for (const { id } of live) ended.add(id);
      const isGone = ({ call }: LiveWork) => trees.has(call?.upstream?.facts ?? null);
      const left = live.filter((one) => !isGone(one));
      work.push(...live.filter(isGone).map((one) => this.#endedByPanic(one, order)));
      work.push(this.#end(left, order));
    }
    await Promise.all(work);
    await this.options.refusals.merged(found);
    for (const panic of panics) await forgetPanic(panic);
    for (const { path } of panics) this.#merging.delete(path);
  }

  /** What `panic` has killed: its record says so, whatever the broker would make of the exit. */
  async #endedByPanic({ id, record, call }: LiveWork, order: Order): Promise<void> {
    const { revoker } = this.options;
    const { door, note, principal } = order;
    if (record !== undefined && call?.upstream != null) {
      await endedByPanic(this.options, { handle: record.handle, upstream: call.upstream });
    } else await revoker.revoke({ id, door, note, principal, force: true });
  }

  /** Where all work of a server is in scope by force, else as far as the others allow. */
  async #end(live: readonly LiveWork[], order: Order): Promise<RevokeOutcome[]> {
    const { revoker, calls } = this.options;
    const { door, note, principal } = order;
    const request = { door, note, principal };
    const waiting = calls.waiting.filter(({ call }) => isOrdered(call, order));
    const asked = [...calls.asked].filter(({ call }) => isOrdered(call, order));
    const own = new Set(live.map(({ call }) => call));
    const others = new Set(
      calls
        .all()
        .flatMap((call) => (own.has(call) || call.upstream === null ? [] : [call.upstream])),
    );
    const isShared = ({ call }: LiveWork) => call?.upstream != null && others.has(call.upstream);
    const idsOf = (works: readonly LiveWork[]) => works.map(({ id }) => id);
    const forced = [...live, ...this.#unendedOf(order)].filter((one) => !isShared(one));
    const outcomes = await Promise.all([
      ...waiting.map((one) => revoker.revokeWaiting(one, { ...request, force: true })),
      ...asked.map((one) => revoker.revokeAsked(one, { ...request, force: true })),
      revoker.revokeMany(idsOf(forced), { ...request, force: true }),
      revoker.revokeMany(idsOf(live.filter(isShared)), { ...request, force: false }),
    ]);
    return outcomes.flat();
  }

  #liveOf(order: Order): LiveWork[] {
    const { registry, calls } = this.options;
    const tasks = registry.all().filter((record) => !isTerminal(record.status));
    const open = calls.all().filter((call) => call.handle === null);
    return [
      ...tasks
        .filter((record) => isOrdered({ ...record, route: placeOf(record) }, order))
        .map((record) => ({ id: record.handle, record, call: calls.ofHandle(record.handle) })),
      ...open
        .filter((call) => isOrdered(call, order))
        .map((call) => ({ id: call.id, record: undefined, call })),
    ];
  }

  /** What was revoked before, and may go on at a server that was spared for work that ends now (P6). */
  #unendedOf(order: Order): LiveWork[] {
    const { registry, unended } = this.options;
    return unended.all().flatMap((call) => {
      if (call.handle === null || !isOrdered(call, order)) return [];
      return [{ id: call.handle, record: registry.get(call.handle), call }];
    });
  }
}

function placeOf({ route, workspace }: TaskRecord): Pick<LiveCall['route'], 'name' | 'workspace'> {
  return { name: route, workspace };
}

function isOrdered(
  { route, client, startedAtMs }: Pick<LiveCall, 'route' | 'client' | 'startedAtMs'>,
  { scope, beforeMs }: Order,
): boolean {
  const { name, workspace } = route;
  const { conversationId } = client;
  return startedAtMs <= beforeMs && isInScope(scope, { route: name, workspace, conversationId });
}

/** The program that wrote it is gone: its file is all that there is to name it by. */
function orderOf({ scope, by, note, client }: WorkRefusal): Order {
  const program = client === null ? null : { name: client, version: '' };
  const principal: Principal = { door: by, client: program, conversationId: null, user: null };
  // As soon as it is found nothing of it begins any more: all that lives began before.
  return { scope, door: by, note, principal, beforeMs: Number.POSITIVE_INFINITY };
}

function orderOfPanic({ journal }: UnmergedPanic): Order[] {
  if (journal === null) return [];
  const scope = { kind: 'everything' } as const;
  const beforeMs = Date.parse(journal.at);
  return [{ scope, door: 'user', note: PANIC_NOTE, principal: panicPrincipal, beforeMs }];
}
