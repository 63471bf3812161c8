import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CALL_ID } from './corpus.ts';

interface Request {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly name?: unknown; readonly arguments?: { readonly lines?: unknown } };
}

/**
 * A remote server without sessions. It answers everything; to `print` it says the lines it is given,
 * in bodies that are well formed, in streams, cut off, or of another kind than they claim.
 */
export class RemoteFixture {
  #count = 0;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<RemoteFixture> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fixture = new RemoteFixture(server);
    server.on('request', (request, response) => void fixture.#serve(request, response));
    return fixture;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/mcp`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return void response.writeHead(405).end();
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const message = JSON.parse(body) as Request;
    if (message.id === undefined || typeof message.method !== 'string') {
      return void response.writeHead(202).end();
    }
    const { lines } = message.params?.arguments ?? {};
    if (message.params?.name === 'print' && Array.isArray(lines)) {
      return this.#print(
        lines.map((line) => String(line)),
        { id: message.id, response },
      );
    }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(answerTo(message));
  }

  #print(lines: string[], { id, response }: { id: unknown; response: ServerResponse }): void {
    this.#count += 1;
    const told = lines.map((line) => line.replaceAll(`"${CALL_ID}"`, JSON.stringify(id)));
    const events = told.map((line) => `data: ${line.replace(/[\r\n]/g, ' ')}\n\n`);
    const last = `data: ${answerTo({ id, method: 'tools/call' })}\n\n`;
    const first = told[0] ?? '';
    const stream = { 'Content-Type': 'text/event-stream' };
    const json = { 'Content-Type': 'application/json' };
    const ways: (() => void)[] = [
      () => response.writeHead(200, stream).end(events.join('') + last),
      () => response.writeHead(200, stream).end(events.join('') + last),
      () => response.writeHead(200, stream).end(events.join('')),
      () => response.writeHead(200, json).end(first),
      () => response.writeHead(200, { 'Content-Type': 'text/html' }).end(first),
      () => response.writeHead(500, json).end(first),
      () => response.writeHead(404, json).end(first),
      () =>
        response.writeHead(200, stream).end(`id: 7\nretry: x\n${events.join('event: x\n')}${last}`),
      () => {
        response.writeHead(200, stream).write(events.join('').slice(0, 500));
        setTimeout(() => response.destroy(), 5);
      },
    ];
    ways[this.#count % ways.length]?.();
  }
}

function answerTo({ id, method }: Request): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result: resultOf(String(method)) });
}

function resultOf(method: string): object {
  if (method === 'initialize') {
    const serverInfo = { name: 'remote-fixture', version: '1' };
    return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo };
  }
  if (method === 'tools/list')
    return { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] };
  return { content: [{ type: 'text', text: 'done' }] };
}
