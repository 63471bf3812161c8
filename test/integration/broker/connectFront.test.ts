import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { serveConnect } from '../../../src/broker/connectFront.ts';
import { RouteTable } from '../../../src/broker/routeTable.ts';
import type { ConnectHello } from '../../../src/brokerApi/brokerProtocol.ts';
import { LineReader } from '../../../src/common/lines.ts';
import { LineInbox } from '../../support/lineInbox.ts';
import { waitFor } from '../../support/processes.ts';
import { ProxyStage } from '../../support/proxyStage.ts';
import { connectedPair } from '../../support/socketPair.ts';

const HELLO: ConnectHello = {
  mcpTaskHandles: 1,
  token: '',
  protocol: 1,
  version: '0',
  role: 'connect',
  route: 'r',
  workspace: null,
  definition: { command: 'server', args: [], cwd: null, env: {} },
};
const GREETING = '{"jsonrpc":"2.0","id":"init","method":"initialize","params":{}}\n';

async function served(t: TestContext) {
  const stage = new ProxyStage();
  const { near, far } = await connectedPair(t);
  const { context } = stage;
  const options = { context, routes: new RouteTable(stage.clock), log: context.log };
  await serveConnect(far, HELLO, options);
  near.write(GREETING);
  await waitFor(() => stage.channels.length === 1, 5000);
  return { stage, near, far };
}

function linesOf(socket: Socket): LineInbox {
  const inbox = new LineInbox();
  const reader = new LineReader((line) => inbox.push(line));
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  return inbox;
}

suite('the front of connect', () => {
  test('P12 a message that begins like a line of ours reaches the host', async (t) => {
    const { stage, near } = await served(t);
    const lines = linesOf(near);
    await lines.next((line) => line.includes('"init"'));
    stage.server.print('{"$":"stderr","method":"notifications/x"}');
    await lines.next((line) => line === ' {"$":"stderr","method":"notifications/x"}');
  });

  test('a server waits for a host that does not read', async (t) => {
    const { stage, near, far } = await served(t);
    const { server } = stage;
    const line = `{"jsonrpc":"2.0","method":"notifications/x","params":{"x":"${'x'.repeat(1_000_000)}"}}`;
    for (let count = 0; count < 100 && !server.isHeld; count += 1) server.print(line);
    assert.equal(server.isHeld, true);
    const waiting = far.writableLength;
    server.complain('still here');
    assert.equal(far.writableLength, waiting);
    near.resume();
    await waitFor(() => !server.isHeld, 10_000);
    near.pause();
    for (let count = 0; count < 100 && !server.isHeld; count += 1) server.print(line);
    near.destroy();
    await waitFor(() => !server.isHeld, 10_000);
  });
});
