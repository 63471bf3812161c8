import { NO_LOCKS } from '../../src/brokerApi/adminLocks.ts';
import type { BrokerNotifications, BrokerRequests } from '../../src/brokerApi/brokerProtocol.ts';
import type { ControlLink } from '../../src/brokerApi/controlLink.ts';
import { type Disposable, toDisposable } from '../../src/common/disposable.ts';
import { TaskHandlesError } from '../../src/common/errors.ts';
import { Emitter } from '../../src/common/event.ts';

type Listener = (params: unknown) => void;

/** A control link whose broker knows no task. */
export class FakeConnection implements ControlLink {
  readonly asked: string[] = [];
  readonly #closed = new Emitter<void>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #cuts = new Set<() => void>();
  isDisposed = false;

  readonly onClose = this.#closed.event;

  /** `isSilent`: as a broker that was stopped, it takes requests and says nothing. */
  constructor(public isSilent = false) {}

  get listeners(): number {
    const notified = [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
    return notified + (this.#closed.hasListeners ? 1 : 0);
  }

  async request<M extends keyof BrokerRequests>(
    method: M,
    _params: BrokerRequests[M]['params'],
  ): Promise<BrokerRequests[M]['result']> {
    this.asked.push(method);
    if (this.isSilent) await this.#silence();
    return {
      ...{ rows: [], lines: [], outcomes: [], alsoEnds: [], notices: [] },
      ...{ refusals: [], locks: NO_LOCKS },
    } as unknown as Promise<BrokerRequests[M]['result']>;
  }

  onNotification<M extends keyof BrokerNotifications>(
    method: M,
    listener: (params: BrokerNotifications[M]) => void,
  ): Disposable {
    const listeners = this.#listeners.get(method) ?? new Set<Listener>();
    this.#listeners.set(method, listeners.add(listener as Listener));
    return toDisposable(() => listeners.delete(listener as Listener));
  }

  notify<M extends keyof BrokerNotifications>(method: M, params: BrokerNotifications[M]): void {
    for (const listener of this.#listeners.get(method) ?? []) listener(params);
  }

  /** The broker ends the link. */
  close(): void {
    this.#closed.fire();
  }

  dispose(): void {
    this.isDisposed = true;
    for (const cut of this.#cuts) cut();
  }

  #silence(): Promise<never> {
    return new Promise((_, reject) => {
      this.#cuts.add(() => reject(new TaskHandlesError('link_lost', 'The link was cut.')));
    });
  }
}
