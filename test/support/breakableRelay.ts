import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A TCP relay to a port of this machine, whose connections a test can break. */
export class BreakableRelay {
  readonly #sockets = new Set<Socket>();

  private constructor(readonly port: number) {}

  static async to(t: TestContext, port: number): Promise<BreakableRelay> {
    const server = createServer((near) => relay.#join(near, dial(port, '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const relay = new BreakableRelay((server.address() as AddressInfo).port);
    t.after(() => {
      server.close();
      relay.break();
    });
    return relay;
  }

  /** Ends what is open, without a word; new connections are taken. */
  break(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
