import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  createMessageConnection,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { type Disposable, DisposableStore, toDisposable } from '../common/disposable.ts';
import { type ErrorCode, messageOf, TaskHandlesError } from '../common/errors.ts';
import { Emitter, type Event } from '../common/event.ts';
import { isJsonObject } from '../common/json.ts';
import type { BrokerNotifications, BrokerRequests, ControlHello } from './brokerProtocol.ts';
import type { ControlLink } from './controlLink.ts';
import type { Granted } from './greeting.ts';
import { type Link, type LinkOptions, openLink } from './openLink.ts';

export interface ControlOptions extends Omit<LinkOptions, 'hello'> {
  readonly client: ControlHello['client'];
  /** For whom a supervisor speaks, as claimed. */
  readonly onBehalfOf?: ControlHello['onBehalfOf'];
}

/** Turns of the event loop without a message after which none is left. */
const QUIET_TURNS = 10;

/** A control link to the broker: typed requests, notifications, and the end of the link. */
export class ControlClient implements ControlLink {
  readonly #store = new DisposableStore();
  readonly #closed = this.#store.add(new Emitter<void>());
  readonly #connection: MessageConnection;
  #isClosed = false;
  #handled = 0;

  /** What the broker said of itself. */
  readonly welcome: Granted;
  readonly onClose: Event<void> = this.#closed.event;

  /** As `openLink`, for a control link. */
  static async open({ client, onBehalfOf, ...options }: ControlOptions): Promise<ControlClient> {
    const hello = { role: 'control' as const, client, ...(onBehalfOf && { onBehalfOf }) };
    return new ControlClient(await openLink({ ...options, hello }));
  }

  constructor({ socket, welcome }: Link) {
    this.welcome = welcome;
    this.#connection = createMessageConnection(
      new StreamMessageReader(socket),
      new StreamMessageWriter(socket),
      undefined,
      { messageStrategy: { handleMessage: (message, next) => this.#count(next(message)) } },
    );
    this.#store.add(toDisposable(() => socket.destroy()));
    this.#store.add(this.#connection);
    // The reader hears `close`, which follows every error: nothing else is left to be done.
    this.#connection.onError(() => {});
    this.#connection.onClose(() => void this.#close());
    this.#connection.listen();
  }

  async request<M extends keyof BrokerRequests>(
    method: M,
    params: BrokerRequests[M]['params'],
  ): Promise<BrokerRequests[M]['result']> {
    if (this.#isClosed || this.#store.isDisposed) throw linkLost();
    try {
      return await this.#connection.sendRequest<BrokerRequests[M]['result']>(method, params);
    } catch (error) {
      throw this.#isClosed || this.#store.isDisposed ? linkLost(error) : errorOf(error);
    }
  }

  onNotification<M extends keyof BrokerNotifications>(
    method: M,
    listener: (params: BrokerNotifications[M]) => void,
  ): Disposable {
    return this.#connection.onNotification(method, listener);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #count(result: void | Promise<void>): void | Promise<void> {
    this.#handled++;
    return result;
  }

  async #close(): Promise<void> {
    await this.#handleReceived();
    this.#isClosed = true;
    // Rejects what is still waiting; told after, so that a listener may dispose us.
    this.#connection.dispose();
    this.#closed.fire();
  }

  /** The library takes a turn or two for each message: what came before the end still counts. */
  async #handleReceived(): Promise<void> {
    let seen = -1;
    while (seen !== this.#handled) {
      seen = this.#handled;
      for (let turn = 0; turn < QUIET_TURNS; turn++) await nextTurn();
    }
  }
}

function linkLost(cause?: unknown): TaskHandlesError {
  return new TaskHandlesError(
    'link_lost',
    'The connection to the broker was lost before it answered; try again.',
    { cause },
  );
}

/** A broker of another version may know codes that we do not: they pass through as they are. */
function errorOf(error: unknown): TaskHandlesError {
  const details = error instanceof ResponseError ? error.data : undefined;
  const code = isJsonObject(details) && typeof details.code === 'string' ? details.code : '';
  const known = code === '' ? 'internal' : (code as ErrorCode);
  return new TaskHandlesError(known, messageOf(error), { cause: error });
}
