import type { Socket } from 'node:net';
import {
  createMessageConnection,
  type Message,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type { BrokerNotifications, BrokerRequests } from '../brokerApi/brokerProtocol.ts';
import { type Disposable, DisposableStore, toDisposable } from '../common/disposable.ts';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import { Emitter, type Event } from '../common/event.ts';
import { isJsonObject, type JsonObject } from '../common/json.ts';
import type { Log } from '../common/log.ts';

/** Answers one method; params come from the wire and are still unknown. */
export type ControlHandler<M extends keyof BrokerRequests> = (
  params: JsonObject,
) => BrokerRequests[M]['result'] | Promise<BrokerRequests[M]['result']>;

/** JSON-RPC leaves these numbers to servers; ours stand in `data.code`. */
const SERVER_ERROR = -32000;

/** The broker's side of a control link. Register handlers before `listen`. */
export class ControlConnection implements Disposable {
  readonly #store = new DisposableStore();
  readonly #closed = new Emitter<void>();
  readonly #writer: CountingWriter;
  readonly #connection: MessageConnection;
  readonly #log: Log;

  /** The client is gone; told once, also when we ended the link. */
  readonly onClose: Event<void> = this.#closed.event;

  constructor(socket: Socket, log: Log) {
    this.#log = log;
    this.#writer = new CountingWriter(socket);
    this.#connection = createMessageConnection(new StreamMessageReader(socket), this.#writer);
    socket.once('close', () => {
      this.dispose();
      this.#closed.fire();
      this.#closed.dispose();
    });
    this.#store.add(toDisposable(() => socket.destroySoon()));
    this.#store.add(this.#connection);
    this.#connection.onError(([error]) => log.write('debug', 'A control link failed', error));
  }

  handle<M extends keyof BrokerRequests>(method: M, handler: ControlHandler<M>): void {
    this.#connection.onRequest(method as string, async (params: unknown): Promise<unknown> => {
      try {
        return await handler(isJsonObject(params) ? params : {});
      } catch (error) {
        throw this.#responseError(method, error);
      }
    });
  }

  /** Tells the client; a link that has ended swallows it. */
  notify<M extends keyof BrokerNotifications>(method: M, params: BrokerNotifications[M]): void {
    if (this.#store.isDisposed) return;
    // Not logged: a watcher of the log would be told that it could not be told, and so on.
    this.#connection.sendNotification(method, params).catch(() => {});
  }

  listen(): void {
    this.#connection.listen();
  }

  /** Resolves when what was said so far has been handed to the system, or could not be. */
  async flush(): Promise<void> {
    await this.#writer.flush();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #responseError(method: string, error: unknown): ResponseError<{ code: string }> {
    const isExpected = TaskHandlesError.is(error) && error.code !== 'internal';
    if (!isExpected) this.#log.write('error', `${method} failed`, error);
    const code = TaskHandlesError.is(error) ? error.code : 'internal';
    return new ResponseError(SERVER_ERROR, messageOf(error), { code });
  }
}

/** The library encodes and queues messages in later turns and tells nobody when they are out. */
class CountingWriter extends StreamMessageWriter {
  readonly #pending = new Set<Promise<void>>();

  override write(message: Message): Promise<void> {
    const written = super.write(message);
    const settled = written.then(
      () => {},
      () => {},
    );
    this.#pending.add(settled);
    void settled.then(() => this.#pending.delete(settled));
    return written;
  }

  async flush(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
