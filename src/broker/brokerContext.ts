import type { HomePaths } from '../brokerApi/home.ts';
import type { Clock } from '../common/clock.ts';
import type { DisposableStore } from '../common/disposable.ts';
import type { BrokerLock } from './brokerLock.ts';
import type { BrokerLog } from './brokerLog.ts';
import type { Notices } from './notices.ts';

/** What the shell of the process gives to what runs in it. */
export interface BrokerContext {
  readonly paths: HomePaths;
  readonly log: BrokerLog;
  /** The store asks it before each write. */
  readonly lock: BrokerLock;
  /** Attached clients. */
  readonly clients: () => number;
  /** Ends the process in order; with `drain` as soon as nothing is live. Returns at once. */
  readonly stop: (options: { drain: boolean }) => void;
}

/** What all parts are made with. */
export interface PartsBase extends Pick<BrokerContext, 'paths' | 'log'> {
  readonly clock: Clock;
  /** Ends with the broker; each part adds what it makes. */
  readonly owned: DisposableStore;
  readonly notices: Notices;
  /** Whether another broker owns the home by now, so that this one may not write. */
  readonly isFenced: () => boolean;
}
