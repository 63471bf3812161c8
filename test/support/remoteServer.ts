import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import type { TestContext } from 'node:test';
import { LineReader } from '../../src/common/lines.ts';
import { EVERYTHING } from './connectClient.ts';
import { LineInbox } from './lineInbox.ts';
import { waitUntilGone } from './processes.ts';

/** How many other ports are tried. */
const PORTS = 3;

export type EverythingMode = 'streamableHttp' | 'sse';

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createNetServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The independent `server-everything` over HTTP, as a process that can be restarted. */
export class RemoteEverything {
  readonly #output = new LineInbox();
  #child: ChildProcess | null = null;

  private constructor(
    private readonly mode: EverythingMode,
    private port: number,
  ) {}

  static async start(t: TestContext, mode: EverythingMode): Promise<RemoteEverything> {
    const server = new RemoteEverything(mode, await freePort());
    t.after(() => server.stop());
    for (let left = PORTS; ; left -= 1) {
      const error = await server.start().catch((reason: Error) => reason);
      if (error === undefined) return server;
      // Somebody else has taken the port meanwhile.
      if (left === 0 || !/in use/i.test(error.message)) throw error;
      server.port = await freePort();
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/${this.mode === 'sse' ? 'sse' : 'mcp'}`;
  }

  /** How often a POST has come, as the server itself tells it. */
  get posts(): number {
    return this.#output.all.filter((line) => /POST request/.test(line)).length;
  }

  async start(): Promise<void> {
    const env = { ...process.env, PORT: String(this.port) };
    const child = spawn(process.execPath, [EVERYTHING, this.mode], { env });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      const reader = new LineReader((line) => this.#output.push(line));
      stream.on('data', (chunk: Buffer) => reader.push(chunk));
    }
    const listens = this.#output.next((line) => /(listening|running) on port/i.test(line), 30_000);
    listens.catch(() => {});
    const ended = once(child, 'close').then(() => {
      throw new Error(`server-everything has ended: ${this.#output.all.join(' ')}`);
    });
    ended.catch(() => {});
    await Promise.race([listens, ended]);
  }

  async stop(): Promise<void> {
    const { pid } = this.#child ?? {};
    this.#child?.kill('SIGKILL');
    this.#child = null;
    if (pid !== undefined) await waitUntilGone([pid], 30_000);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }
}

/** Answers a request whose body has been read. */
export type HttpBehaviour = (
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
) => void;

/** Serves until the test is over; answers the url of its MCP endpoint. */
export async function serveHttp(t: TestContext, behave: HttpBehaviour): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    behave(request, Buffer.concat(chunks).toString(), response);
  }).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}
