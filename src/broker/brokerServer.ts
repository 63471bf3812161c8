import { chmodSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectHello, ControlHello, Hello, Welcome } from '../brokerApi/brokerProtocol.ts';
import { readFirstLine } from '../brokerApi/firstLine.ts';
import type { Disposable } from '../common/disposable.ts';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import { Emitter, type Event } from '../common/event.ts';
import type { Log } from '../common/log.ts';
import { VERSION } from '../common/product.ts';
import { ControlConnection } from './controlConnection.ts';
import { LEAVING_REFUSAL, type Refusal, readHello } from './hello.ts';

export interface BrokerServerOptions {
  /** Where to listen; asked again when the socket must be made anew. */
  readonly claimSocketPath: () => string;
  readonly token: string;
  readonly log: Log;
  readonly helloTimeoutMs?: number;
  /** Whether this client is to be sent to a successor: then we leave. */
  readonly givesWayTo: (hello: Hello) => boolean;
  readonly onControl: (connection: ControlConnection, hello: ControlHello) => void;
  /** The socket's bytes are the callee's: they wait for its `data` listener. */
  readonly onConnect: (socket: Socket, hello: ConnectHello) => void;
}

/** A definition with a large env has room. */
const HELLO_LIMIT_BYTES = 4 * 1024 * 1024;
const HELLO_TIMEOUT_MS = 5_000;
/** How long clients may take to read what was already said. */
const LAST_WORDS_MS = 1_000;

/** Listens for clients, hears their hello and hands them over. */
export class BrokerServer implements Disposable {
  readonly #options: BrokerServerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Set<Socket>();
  readonly #controls = new Set<ControlConnection>();
  readonly #clientsChanged = new Emitter<void>();
  #server: Server;
  #socketPath = '';
  #isLeaving = false;

  readonly onDidChangeClients: Event<void> = this.#clientsChanged.event;

  constructor(options: BrokerServerOptions) {
    this.#options = options;
    this.#server = this.#newServer();
  }

  get socketPath(): string {
    return this.#socketPath;
  }

  /** Clients that were welcomed and are still there. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Rejects when the socket cannot be made. What lies at the path is ours to remove: the lock says so. */
  async listen(): Promise<void> {
    const socketPath = this.#options.claimSocketPath();
    this.#socketPath = socketPath;
    if (process.platform !== 'win32') rmSync(socketPath, { force: true });
    const server = this.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(socketPath, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error) => this.#options.log.write('error', 'Listening failed', error));
    if (process.platform !== 'win32') chmodSync(socketPath, 0o600);
  }

  /** Listens anew when somebody (such as a cleaner of temporary folders) took the socket away. */
  async keepReachable(): Promise<void> {
    if (this.#isLeaving || process.platform === 'win32') return;
    if (statSync(this.#socketPath, { throwIfNoEntry: false })?.isSocket()) return;
    this.#options.log.write(
      'warn',
      `The socket ${this.#socketPath} was taken away; listening anew.`,
    );
    this.#server.close();
    this.#server = this.#newServer();
    await this.listen();
  }

  /** From now on nobody is welcomed; who asks is told to try again. */
  leave(): void {
    this.#isLeaving = true;
    this.#server.close();
  }

  /** Ends every connection, once what was said has been read or a second has passed. */
  async close(): Promise<void> {
    this.leave();
    const flushed = Promise.all([...this.#controls].map((connection) => connection.flush()));
    await Promise.race([flushed, pause(LAST_WORDS_MS)]);
    await Promise.all([...this.#sockets].map((socket) => endOf(socket)));
  }

  dispose(): void {
    this.leave();
    for (const socket of this.#sockets) socket.destroy();
    this.#clientsChanged.dispose();
  }

  #newServer(): Server {
    return createServer({ pauseOnConnect: false }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      this.#accept(socket).catch((error: unknown) => {
        this.#options.log.write('error', 'A client could not be served', error);
        socket.destroy();
      });
    });
  }

  async #accept(socket: Socket): Promise<void> {
    const { token, helloTimeoutMs = HELLO_TIMEOUT_MS } = this.#options;
    const limits = { maxBytes: HELLO_LIMIT_BYTES, timeoutMs: helloTimeoutMs };
    let line: string;
    try {
      line = await readFirstLine(socket, limits);
    } catch (error) {
      // Gone without a word: somebody only looked whether anyone is there.
      if (TaskHandlesError.is(error, 'link_lost')) socket.destroy();
      else this.#refuse(socket, { code: 'invalid_message', message: messageOf(error) });
      return;
    }
    const reading = readHello(line, token);
    if ('refusal' in reading) this.#refuse(socket, reading.refusal);
    else if (this.#isLeaving || this.#options.givesWayTo(reading.hello)) {
      this.#refuse(socket, LEAVING_REFUSAL);
    } else {
      this.#tell(reading.problems ?? []);
      this.#welcome(socket, reading.hello);
    }
  }

  /** What in a `connect`'s own policy was not taken as it was written. */
  #tell(problems: readonly string[]): void {
    for (const problem of problems) this.#options.log.write('warn', `Of a connect: ${problem}`);
  }

  #welcome(socket: Socket, hello: Hello): void {
    if (socket.destroyed) return;
    this.#clients.add(socket);
    socket.once('close', () => {
      this.#clients.delete(socket);
      this.#clientsChanged.fire();
    });
    this.#clientsChanged.fire();
    const who = hello.role === 'control' ? hello.client : `connect --route ${hello.route}`;
    this.#options.log.write('debug', `A client has come: ${who} (${hello.version}).`);
    say(socket, { ok: true, protocol: hello.protocol, version: VERSION, pid: process.pid });
    if (hello.role === 'connect') this.#options.onConnect(socket, hello);
    else {
      const connection = new ControlConnection(socket, this.#options.log);
      this.#controls.add(connection);
      socket.once('close', () => this.#controls.delete(connection));
      this.#options.onControl(connection, hello);
      connection.listen();
    }
  }

  #refuse(socket: Socket, refusal: Refusal): void {
    if (refusal !== LEAVING_REFUSAL) {
      this.#options.log.write('warn', `A client was refused: ${refusal.message}`);
    }
    say(socket, { ok: false, ...refusal });
    socket.destroySoon();
  }
}

function say(socket: Socket, welcome: Welcome): void {
  socket.write(`${JSON.stringify(welcome)}\n`);
}

function endOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    const timer = setTimeout(() => socket.destroy(), LAST_WORDS_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.destroySoon();
  });
}
