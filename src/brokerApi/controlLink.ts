import type { Disposable } from '../common/disposable.ts';
import type { Event } from '../common/event.ts';
import type { BrokerNotifications, BrokerRequests } from './brokerProtocol.ts';

/** What is needed of a `ControlClient` by who keeps one: a test may stand in for it. */
export interface ControlLink extends Disposable {
  /** Rejects with the broker's own code, or with `link_lost` when the link ends before. */
  request<M extends keyof BrokerRequests>(
    method: M,
    params: BrokerRequests[M]['params'],
  ): Promise<BrokerRequests[M]['result']>;
  onNotification<M extends keyof BrokerNotifications>(
    method: M,
    listener: (params: BrokerNotifications[M]) => void,
  ): Disposable;
  /** The link is gone, by whichever side; told once, and not after `dispose`. */
  readonly onClose: Event<void>;
}
