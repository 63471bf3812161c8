import type { Clock } from '../../../common/clock.ts';
import type { Disposable } from '../../../common/disposable.ts';
import type { WireMessage } from '../../wire/wireMessage.ts';
import type { OpenCall } from './openCall.ts';

/** What the task layer's parts need of it. */
export interface TaskPort {
  readonly clock: Clock;
  /** A line for the server, as it is. */
  forward(line: string): void;
  /** A line for the layer above. */
  deliver(line: string): void;
  /** A request of our own: `onAnswer` is called once or never. Disposing forgets it. */
  ask(method: string, paramsText: string, onAnswer: (answer: WireMessage) => void): Disposable;
  /** The server has told of the task that this call waits for. */
  taskTold(call: OpenCall, taskId: string): void;
}

/** A task of the server that is followed to its end. */
export interface WatchedTask extends Disposable {
  readonly taskId: string;
  /** The request above that waits for its end, or did so last. */
  readonly call: OpenCall;
  /** Begins to ask how it stands. */
  start(): void;
  /** The server tells by itself how the task stands; the task is the message's `params`. */
  told(message: WireMessage): void;
  /** Asks the server to stop it. */
  cancel(): void;
}
