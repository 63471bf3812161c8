import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import { Emitter } from '../../common/event.ts';
import type { Door, HandleId } from '../../registry/taskRecord.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { CallAlarm } from './callAlarm.ts';
import type { LiveCall } from './liveCall.ts';
import type { ToolCall } from './toolCall.ts';

/** A call this young is not shown: most are over by then. */
export const ROW_AFTER_MS = 1000;

/** A call that has not reached its server yet, and what ends it: `why` is for its host. */
export interface WaitingCall {
  readonly call: ToolCall;
  readonly end: (ending: CallEnding) => void;
}

/** Somebody ends a call; `why` is one line for a model. */
export interface CallEnding {
  readonly by: Door;
  readonly note: string | null;
  readonly why: string;
}

/**
 * Every `tools/call` whose upstream has not answered yet, task or not. In memory: what must
 * survive is in the registry.
 */
export class LiveCalls implements Disposable {
  readonly #live = new Set<LiveCall>();
  readonly #byHandle = new Map<HandleId, LiveCall>();
  readonly #byUpstream = new WeakMap<Upstream, Set<LiveCall>>();
  readonly #shown = new Set<LiveCall>();
  readonly #waiting = new Map<LiveCall, WaitingCall>();
  /** Calls that were answered with questions and may come again: a server of each waits for that. */
  readonly asked = new Set<WaitingCall>();
  readonly #changed = new Emitter<LiveCall>();
  readonly #sizeChanged = new Emitter<void>();
  readonly #alone = new Emitter<LiveCall>();
  readonly #alarm: CallAlarm;
  #lastId = 0;

  /** A call that people see has appeared, changed or gone (`isShown` tells which). */
  readonly onDidChange = this.#changed.event;

  /** The first call has come, or the last one has gone. */
  readonly onDidChangeLive = this.#sizeChanged.event;

  /** A call has its upstream to itself from now on. */
  readonly onDidLoseCompany = this.#alone.event;

  constructor(clock: Clock) {
    this.#alarm = new CallAlarm(clock, () => this.#live);
  }

  get size(): number {
    return this.#live.size;
  }

  newId(): string {
    this.#lastId += 1;
    return `call_${this.#lastId}`;
  }

  /** Calls whose server is not there yet, or whose record is being made before they run. */
  get waiting(): WaitingCall[] {
    return [...this.#waiting.values()];
  }

  /** It has not begun: until `add`, `remove` or `forgetWaiting`, somebody may end it. */
  addWaiting(waiting: WaitingCall): void {
    this.#waiting.set(waiting.call, waiting);
  }

  forgetWaiting(call: LiveCall): void {
    this.#waiting.delete(call);
  }

  /** Also notes which calls share an upstream at the same time: revocation must know. */
  add(call: LiveCall): void {
    if (call.upstream !== null) this.#noteOverlap(call, call.upstream);
    this.#waiting.delete(call);
    this.#live.add(call);
    if (this.#live.size === 1) this.#sizeChanged.fire();
  }

  /** The call's `onDue` is called when its `dueMs` has come. */
  watch(call: LiveCall): void {
    this.#alarm.set(call.dueMs);
  }

  /** From now on people see the call. */
  show(call: LiveCall): void {
    if (!this.#live.has(call)) return;
    this.#shown.add(call);
    this.#changed.fire(call);
  }

  becameTask(call: LiveCall, handle: HandleId): void {
    this.#byHandle.set(handle, call);
    if (this.#shown.delete(call)) this.#changed.fire(call);
  }

  changed(call: LiveCall): void {
    if (this.#shown.has(call)) this.#changed.fire(call);
  }

  remove(call: LiveCall): void {
    this.#waiting.delete(call);
    const left = call.upstream === null ? undefined : this.#byUpstream.get(call.upstream);
    const hadCompany = left?.delete(call) === true;
    if (this.#live.delete(call) && this.#live.size === 0) this.#sizeChanged.fire();
    if (call.handle !== null) this.#byHandle.delete(call.handle);
    if (this.#shown.delete(call)) this.#changed.fire(call);
    if (hadCompany && left?.size === 1) for (const other of left) this.#alone.fire(other);
  }

  /** The live calls of an upstream. */
  on(upstream: Upstream): LiveCall[] {
    return [...(this.#byUpstream.get(upstream) ?? [])];
  }

  /** The live calls that share this one's upstream. */
  sharing(call: LiveCall): LiveCall[] {
    return call.upstream === null ? [] : this.on(call.upstream).filter((other) => other !== call);
  }

  isShown(call: LiveCall): boolean {
    return this.#shown.has(call);
  }

  get(id: string): LiveCall | undefined {
    for (const call of this.#live) if (call.id === id) return call;
    return undefined;
  }

  ofHandle(handle: HandleId): LiveCall | undefined {
    return this.#byHandle.get(handle);
  }

  all(): LiveCall[] {
    return [...this.#live];
  }

  /** Where two or more are, all have been marked before. */
  #noteOverlap(call: LiveCall, upstream: Upstream): void {
    const others = this.#byUpstream.get(upstream) ?? new Set();
    if (others.size === 1) for (const other of others) other.hasOverlapped = true;
    if (others.size > 0) call.hasOverlapped = true;
    this.#byUpstream.set(upstream, others.add(call));
  }

  dispose(): void {
    this.#alarm.dispose();
    this.#changed.dispose();
    this.#sizeChanged.dispose();
    this.#alone.dispose();
  }
}
