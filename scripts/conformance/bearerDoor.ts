import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** Adds our front's token to what the suite sends, which knows none; all else passes as it is. */
export class BearerDoor {
  readonly url: string;

  private constructor(private readonly server: Server) {
    const { port } = server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}/mcp`;
  }

  static async open(url: string, token: string): Promise<BearerDoor> {
    const server = createServer((from, to) => forward(from, to, { url, token }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new BearerDoor(server);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }
}

/** Either side that leaves takes the other along: a broken stream must be seen as one. */
function forward(
  from: IncomingMessage,
  to: ServerResponse,
  { url, token }: { url: string; token: string },
): void {
  const headers = { ...from.headers, authorization: `Bearer ${token}` };
  const onward = request(url, { method: from.method ?? 'GET', headers }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    to.flushHeaders();
    answer.pipe(to);
    answer.once('close', () => to.end());
  });
  onward.once('error', () => to.destroy());
  to.once('close', () => onward.destroy());
  from.pipe(onward);
}
