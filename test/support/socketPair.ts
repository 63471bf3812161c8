import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from './temporaryFolder.ts';

/** Two ends of one real connection, gone with the test. */
export async function connectedPair(t: TestContext): Promise<{ near: Socket; far: Socket }> {
  const path = join(await temporaryFolder(t), 's');
  const server = createServer().listen(path);
  t.after(() => server.close());
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const near = connect(path);
  const [far] = await accepted;
  for (const socket of [near, far]) {
    socket.on('error', () => {});
    t.after(() => socket.destroy());
  }
  return { near, far };
}
