import type { LiveCalls } from '../../proxy/downstream/liveCalls.ts';
import { pauseRefusal } from '../../proxy/downstream/pauseRefusal.ts';
import type { PauseAnswer, PauseRequest, Pausing } from '../../proxy/pausing.ts';
import type { Upstream } from '../../proxy/upstream/upstream.ts';
import type { Standstill } from '../../proxy/upstream/upstreamChannel.ts';
import { noSuchHandle } from '../../registry/noSuchHandle.ts';
import type { Registry } from '../../registry/registry.ts';
import type { TaskEvent } from '../../registry/taskEvent.ts';
import { isTerminal, type TaskRecord } from '../../registry/taskRecord.ts';
import { isPausedFor } from '../../registry/transition.ts';
import { Turns } from '../../store/turns.ts';

const BY_ANOTHER =
  'It was not paused by an agent, so no agent may let it go on: leave it to the user.';

const STANDS: Standstill = { stands: true };

/**
 * Whatever is told to be paused stands (decision 20): a pause stops the processes before the record
 * says so, a resumption lets them go on only after. One at a time for each task.
 */
export class Pauser implements Pausing {
  readonly isSupported = process.platform !== 'win32';
  readonly #turns = new Turns();

  constructor(
    private readonly registry: Registry,
    private readonly calls: LiveCalls,
  ) {}

  pause(request: PauseRequest): Promise<PauseAnswer> {
    return this.#turns.run(request.handle, () => this.#pause(request));
  }

  resume(request: PauseRequest): Promise<PauseAnswer> {
    return this.#turns.run(request.handle, () => this.#resume(request));
  }

  async #pause(request: PauseRequest): Promise<PauseAnswer> {
    const record = this.#recordOf(request);
    const event = { type: 'paused', by: request.door } as const;
    if (isTerminal(record.status)) return await this.#tooLate(record, event, request);
    if (isPausedFor(record, request.door)) return { record, refusal: null };
    const call = this.calls.ofHandle(record.handle);
    // That it has ended may be on its way to the disk.
    const settled = call === undefined ? await this.registry.settled(record.handle) : record;
    if (isTerminal(settled.status)) return await this.#tooLate(settled, event, request);
    const refusal = pauseRefusal(call, this.calls);
    if (refusal !== null || call?.upstream == null) return { record, refusal };
    const { upstream } = call;
    const outcome = record.paused ? STANDS : await upstream.standstill.pause();
    if (outcome.stands) return await this.#record(upstream, event, request);
    return { record: this.#recordOf(request), refusal: `It was not paused: ${outcome.why}.` };
  }

  /** It stands. Where that cannot be said, because it has ended meanwhile, it goes on. */
  async #record(upstream: Upstream, event: TaskEvent, request: PauseRequest): Promise<PauseAnswer> {
    let isRecorded = false;
    try {
      const { record } = await this.registry.apply(request.handle, event, request.principal);
      isRecorded = record.paused;
      if (isTerminal(record.status)) return await this.#tooLate(record, event, request);
      return { record, refusal: null };
    } finally {
      if (!isRecorded) await upstream.standstill.resume();
    }
  }

  async #resume(request: PauseRequest): Promise<PauseAnswer> {
    const { handle, door, principal } = request;
    const before = this.#recordOf(request);
    const event = { type: 'resumed', by: door } as const;
    if (isTerminal(before.status)) return await this.#tooLate(before, event, request);
    if (!before.paused) return { record: before, refusal: null };
    if (door === 'agent' && before.pausedBy !== 'agent') {
      return { record: before, refusal: BY_ANOTHER };
    }
    const { record } = await this.registry.apply(handle, event, principal);
    if (isTerminal(record.status)) return await this.#tooLate(record, event, request);
    if (!record.paused) await this.calls.ofHandle(handle)?.upstream?.standstill.resume();
    return { record, refusal: null };
  }

  async #tooLate(
    record: TaskRecord,
    event: TaskEvent,
    { principal }: PauseRequest,
  ): Promise<PauseAnswer> {
    if (this.registry.get(record.handle) !== undefined) {
      await this.registry.auditRefusal(record.handle, event, principal);
    }
    return { record, refusal: null };
  }

  #recordOf({ handle }: PauseRequest): TaskRecord {
    const record = this.registry.get(handle);
    if (record === undefined) throw noSuchHandle();
    return record;
  }
}
