import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { Emitter, type Event } from '../../common/event.ts';
import type { HandleId } from '../../registry/taskRecord.ts';
import type { LiveCall } from './liveCall.ts';

/**
 * Tasks that have ended while their server, asked to stop, has not said that it did, and was not ended:
 * it may be at them still, until its answer comes or it is gone. In memory: no server of ours outlives
 * the broker. A server may rightly leave a cancelled request unanswered (MCP), so this is a doubt.
 */
export class UnendedWork implements Disposable {
  readonly #calls = new Map<HandleId, LiveCall>();
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new Emitter<HandleId>());

  /** Of this task it has come into doubt, or is clear now, whether its server is at it. */
  readonly onDidChange: Event<HandleId> = this.#changed.event;

  /** The task was ended as far as that goes: notes it, if its server still owes an answer. */
  note(call: LiveCall): void {
    const { handle, upstream } = call;
    if (handle === null || upstream === null || upstream.isGone || !call.isPendingUpstream) return;
    this.#calls.set(handle, call);
    const settled = call.onDidSettle(() => {
      settled.dispose();
      if (this.#calls.delete(handle)) this.#changed.fire(handle);
    });
    this.#changed.fire(handle);
  }

  has(handle: HandleId): boolean {
    return this.#calls.has(handle);
  }

  all(): LiveCall[] {
    return [...this.#calls.values()];
  }

  /** The call of such a task, by which its server can be found. */
  callOf(handle: HandleId): LiveCall | undefined {
    return this.#calls.get(handle);
  }

  dispose(): void {
    this.#owned.dispose();
    this.#calls.clear();
  }
}
