import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { writeEndpoint } from '../../src/brokerApi/endpointFile.ts';
import { ensureHome, type HomePaths } from '../../src/brokerApi/home.ts';
import { LineReader } from '../../src/common/lines.ts';
import { LineInbox } from './lineInbox.ts';

export interface LinkServerOptions {
  readonly paths: HomePaths;
  /** Answers every request at once with its own params as the result. */
  readonly isEcho?: boolean;
}

/** Speaks the hello and the link lines as a broker does; what else it says is up to the test. */
export class LinkServer {
  /** What `connect` sent after its hello, over all links. */
  readonly lines = new LineInbox();
  readonly hellos = new LineInbox();
  readonly #sockets = new Set<Socket>();
  #current: Socket | undefined;

  private constructor(
    private readonly options: LinkServerOptions,
    private readonly server: Server,
    private readonly socketPath: string,
  ) {
    server.on('connection', (socket) => this.#take(socket));
  }

  static async start(options: LinkServerOptions): Promise<LinkServer> {
    const { paths } = options;
    ensureHome(paths);
    const path = join(paths.root, `${randomBytes(4).toString('hex')}.sock`);
    const server = createServer();
    const started = new LinkServer(options, server, path);
    server.listen(path);
    await once(server, 'listening');
    writeEndpoint(paths.endpoint, {
      mcpTaskHandles: 1,
      pid: process.pid,
      startTime: null,
      socket: path,
      token: randomBytes(32).toString('hex'),
      protocol: 1,
      version: '0.0.0',
      number: 1,
    });
    return started;
  }

  /** Sends a line over the newest link. */
  send(line: string | Record<string, unknown>): void {
    this.#current?.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  }

  /** Breaks all links and goes on listening. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  stop(): void {
    this.cut();
    this.server.close();
    rmSync(this.socketPath, { force: true });
    rmSync(this.options.paths.endpoint, { force: true });
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    let isGreeted = false;
    const reader = new LineReader((line) => {
      if (isGreeted) this.#hear(socket, line);
      else this.#greet(socket, line);
      isGreeted = true;
    });
    socket.on('data', (chunk) => reader.push(chunk));
  }

  #greet(socket: Socket, line: string): void {
    this.#current = socket;
    socket.write('{"ok":true,"protocol":1,"version":"0.0.0","pid":1}\n');
    this.hellos.push(line);
  }

  #hear(socket: Socket, line: string): void {
    this.lines.push(line);
    if (this.options.isEcho !== true) return;
    const { id, params } = JSON.parse(line);
    if (id !== undefined)
      socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: params })}\n`);
  }
}
