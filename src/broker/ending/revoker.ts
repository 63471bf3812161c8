import type { RevokeOutcome } from '../../brokerApi/brokerProtocol.ts';
import type { Clock } from '../../common/clock.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { LiveCall } from '../../proxy/downstream/liveCall.ts';
import type { LiveCalls, WaitingCall } from '../../proxy/downstream/liveCalls.ts';
import type { UnendedWork } from '../../proxy/downstream/unendedWork.ts';
import { BROKER_PRINCIPAL } from '../../registry/auditDrafts.ts';
import type { AuditDraft, AuditTrail, Principal } from '../../registry/auditTrail.ts';
import type { Registry } from '../../registry/registry.ts';
import type { DeadlineClock, TaskEvent } from '../../registry/taskEvent.ts';
import type { Door, HandleId } from '../../registry/taskRecord.ts';
import type { TaskRows } from '../taskRows.ts';
import { type LadderEnd, stopReason } from './ladderEnd.ts';
import { isRecordedSoon } from './recordWait.ts';
import { climbLadder, endServer } from './revocationLadder.ts';
import { endedText, joinedNotes, noteFor, sharedNote, withoutSecrets } from './revocationWords.ts';

export interface RevokerOptions {
  readonly registry: Registry;
  readonly audit: AuditTrail;
  readonly calls: LiveCalls;
  readonly rows: TaskRows;
  readonly unended: UnendedWork;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RevokeOne {
  readonly id: string;
  readonly door: Door;
  readonly note: string | null;
  /** Also end what shares the upstream. */
  readonly force: boolean;
  /** Who asks, for the audit trail; absent, it follows from the door. */
  readonly principal?: Principal;
}

interface Told {
  readonly told: string | null;
}

type EndingEvent = Extract<TaskEvent, { type: 'revoked' | 'timedOut' }>;

const NOTHING_TO_STOP: LadderEnd = { level: 'none', note: null };

/**
 * Ends tasks, and calls before their hand-off, for good: first the record (durable, P7), then the
 * process (P6). Two revocations of one task share one ladder.
 */
export class Revoker {
  readonly #climbing = new Map<string, Promise<LadderEnd>>();

  constructor(private readonly options: RevokerOptions) {}

  /** Whether processes are being ended just now. */
  get isEnding(): boolean {
    return this.#climbing.size > 0;
  }

  async revoke(request: RevokeOne): Promise<RevokeOutcome> {
    return await this.#revoke({ ...request, note: withoutSecrets(request.note) });
  }

  async #revoke(request: RevokeOne): Promise<RevokeOutcome> {
    const { rows, calls } = this.options;
    const record = rows.recordOf(request.id);
    if (record !== undefined) return await this.#revokeTask(record.handle, request);
    const call = calls.get(request.id);
    if (call !== undefined) return await this.#revokeCall(call, request);
    return { id: request.id, outcome: 'unknown', level: null, row: null };
  }

  /** With `force`, what shares an upstream with these is revoked with them, and recorded so. */
  async revokeMany(
    ids: readonly string[],
    request: Omit<RevokeOne, 'id'>,
  ): Promise<RevokeOutcome[]> {
    const others = request.force ? this.sharing(ids).map((call) => call.handle ?? call.id) : [];
    const tools = ids.flatMap((id) => this.#callOf(id)?.tool ?? []);
    const asked = { ...request, note: withoutSecrets(request.note) };
    const note = sharedNote(tools, asked.note);
    // These first: they are on record as revoked before their server ends.
    const also = others.map((id) => this.#revoke({ ...asked, id, note }));
    const these = ids.map((id) => this.#revoke({ ...asked, id }));
    return await Promise.all([...these, ...also]);
  }

  /** The live calls and tasks that share an upstream with these and would end by force with them. */
  sharing(ids: readonly string[]): LiveCall[] {
    const own = new Set(ids.map((id) => this.#callOf(id)).filter((call) => call !== undefined));
    const upstreams = new Set([...own].map((call) => call.upstream));
    upstreams.delete(null);
    return this.options.calls
      .all()
      .filter((call) => !own.has(call) && upstreams.has(call.upstream));
  }

  /** Ends a call that has not reached its server: nothing of it has run. */
  async revokeWaiting(
    { call, end }: WaitingCall,
    request: Omit<RevokeOne, 'id'>,
  ): Promise<RevokeOutcome> {
    const { door: by } = request;
    const note = withoutSecrets(request.note);
    end({ by, note, why: endedText(call, { door: by, note }) });
    await this.#auditCall(call, { ...request, note, id: call.id });
    await call.starting;
    return { id: call.id, outcome: 'revoked', level: 'none', row: null };
  }

  /** Ends what waits for a call to come again with answers: a server of its own, asked to end. */
  async revokeAsked(asked: WaitingCall, request: Omit<RevokeOne, 'id'>): Promise<RevokeOutcome> {
    return { ...(await this.revokeWaiting(asked, request)), level: 'cooperative' };
  }

  /** Ends a task whose time is over: as a revocation does, but that policy is behind it (P9). */
  async expire(handle: HandleId, clock: DeadlineClock): Promise<RevokeOutcome> {
    const request: RevokeOne = { id: handle, door: 'policy', note: null, force: false };
    return await this.#endTask({ type: 'timedOut', clock }, handle, request);
  }

  async #revokeTask(handle: HandleId, request: RevokeOne): Promise<RevokeOutcome> {
    const unended = request.force ? await this.#unendedOf(handle) : undefined;
    if (unended !== undefined) return await this.#endServer(handle, unended, request);
    const event = { type: 'revoked', by: request.door, note: request.note } as const;
    return await this.#endTask(event, handle, request);
  }

  async #endTask(event: EndingEvent, handle: HandleId, request: RevokeOne): Promise<RevokeOutcome> {
    const { registry, calls, rows, clock } = this.options;
    const call = calls.ofHandle(handle);
    const applied = registry.apply(handle, event, request.principal);
    const early = call !== undefined && !(await isRecordedSoon(applied, clock));
    const climb = (live: LiveCall) =>
      this.#climb(handle, live, { ...request, told: stopReason(event) });
    const climbing = early ? climb(call) : null;
    if (!(await applied).changed) {
      await registry.auditRefusal(handle, event, request.principal);
      await (climbing ?? this.#climbing.get(handle));
      // Whoever came first was less determined.
      const unended = request.force ? this.options.unended.callOf(handle) : undefined;
      if (unended !== undefined) return await this.#endServer(handle, unended, request);
      return { id: request.id, outcome: 'already_ended', level: null, row: rows.get(handle) };
    }
    const end = call === undefined ? NOTHING_TO_STOP : await (climbing ?? climb(call));
    const note = end.note ?? noteFor(end.level, call);
    await registry.apply(handle, { ...end, type: 'revocationEnded', note });
    const { level } = end;
    return { id: request.id, outcome: 'revoked', level, row: rows.get(handle) };
  }

  /** The call of a task that was ended, and whose server may be at it still. */
  async #unendedOf(handle: HandleId): Promise<LiveCall | undefined> {
    // Somebody less determined may be at it: who forces waits for the grace time.
    await this.#climbing.get(handle);
    return this.options.unended.callOf(handle);
  }

  /** "Terminate Server": the task has ended, its server had been asked to stop, and did not. */
  async #endServer(
    handle: HandleId,
    call: LiveCall,
    { id, door, ...request }: RevokeOne,
  ): Promise<RevokeOutcome> {
    const { registry, rows } = this.options;
    const end = await endServer(call);
    const note = joinedNotes([
      'Its server had not stopped, and was ended later.',
      request.note,
      end.note,
    ]);
    const principal = request.principal ?? { ...BROKER_PRINCIPAL, door };
    const event = { ...end, type: 'serverEnded', note } as const;
    const { changed } = await registry.apply(handle, event, principal);
    if (!changed) await registry.auditRefusal(handle, event, principal);
    const outcome = changed ? 'revoked' : 'already_ended';
    return { id, outcome, level: end.level, row: rows.get(handle) };
  }

  async #revokeCall(call: LiveCall, request: RevokeOne): Promise<RevokeOutcome> {
    const row = this.options.rows.ofCall(call);
    if (!(await endOpen(call, endedText(call, request)))) {
      if (call.handle !== null) return await this.#revokeTask(call.handle, request);
      return { id: request.id, outcome: 'already_ended', level: null, row: null };
    }
    await this.#auditCall(call, request);
    const end = await this.#climb(call.id, call, { ...request, told: null });
    const { level } = end;
    await this.#auditCall(call, request, end);
    return { id: request.id, outcome: 'revoked', level, row: { ...row, status: 'cancelled' } };
  }

  /** A call that is no task has no record; that somebody ended it is in the trail all the same. */
  async #auditCall(call: LiveCall, request: RevokeOne, end?: LadderEnd): Promise<void> {
    const { audit, log } = this.options;
    const { door, principal } = request;
    const note = end === undefined ? request.note : end.note;
    const row: AuditDraft = {
      handle: null,
      route: call.route.name,
      tool: call.tool,
      workspace: call.route.workspace,
      action: end === undefined ? 'revoked' : 'revocation_ended',
      principal: principal ?? { ...BROKER_PRINCIPAL, door },
      reason: note,
      outcome: 'done',
      level: end?.level ?? null,
      ...(end?.freed !== undefined && { freed: end.freed }),
      revision: null,
    };
    await audit.append(row).catch((error: unknown) => {
      log.write('warn', 'That a call was ended is not in the audit trail.', error);
    });
  }

  /** `told`: what its server is asked to stop for, if nobody has asked it yet. */
  #climb(key: string, call: LiveCall, request: RevokeOne & Told): Promise<LadderEnd> {
    const known = this.#climbing.get(key);
    if (known !== undefined) return known;
    const mayEndUpstream = () => this.#mayEndUpstream(call, request);
    const { clock } = this.options;
    const options = { call, reason: request.told, mayEndUpstream, isForced: request.force, clock };
    const climbing = climbLadder(options)
      .catch((error: unknown): LadderEnd => {
        this.options.log.write('error', `Ending ${key} failed: ${messageOf(error)}`, error);
        return { level: 'cooperative', note: null };
      })
      .finally(async () => {
        call.release();
        this.options.unended.note(call);
        // What served this call alone is part of it.
        await call.starting;
        if (call.upstream?.isOwn) await call.upstream.shutDown();
        this.#climbing.delete(key);
      });
    this.#climbing.set(key, climbing);
    return climbing;
  }

  /**
   * By force without asking: only if nothing else lives there. A person has been told what else
   * would end; an agent never ends a server that still serves somebody.
   */
  #mayEndUpstream(call: LiveCall, request: RevokeOne): boolean {
    if (request.force) return true;
    if (this.options.calls.sharing(call).length > 0) return false;
    return request.door !== 'agent' || call.upstream?.servesSession !== true;
  }

  #callOf(id: string): LiveCall | undefined {
    const { calls, rows, unended } = this.options;
    const record = rows.recordOf(id);
    if (record === undefined) return calls.get(id);
    return calls.ofHandle(record.handle) ?? unended.callOf(record.handle);
  }
}

/** A call on its way to be a task is one afterwards, or open again where the disk refused. */
async function endOpen(call: LiveCall, why: string): Promise<boolean> {
  if (call.endOpen(why)) return true;
  await call.handOff();
  return call.endOpen(why);
}
