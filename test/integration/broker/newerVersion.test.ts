import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { CONTROL_PROTOCOL } from '../../../src/brokerApi/brokerProtocol.ts';
import { LineReader } from '../../../src/common/lines.ts';
import { VERSION } from '../../../src/common/product.ts';
import { BrokerHome, PATIENCE_MS } from '../../support/brokerHome.ts';
import { fixtureServer } from '../../support/connectClient.ts';
import { LineInbox } from '../../support/lineInbox.ts';
import { waitUntilGone } from '../../support/processes.ts';

const NEWER = '99.0.0';

/** Says hello as a program of another version would; its answers come to the inbox. */
function hello(
  t: TestContext,
  home: BrokerHome,
  facts: object,
): { inbox: LineInbox; socket: Socket } {
  const { socket: path, token } = home.endpoint();
  const inbox = new LineInbox();
  const reader = new LineReader((line) => inbox.push(line));
  const socket = connect(path);
  t.after(() => socket.destroy());
  socket.on('error', () => {}).on('data', (chunk: Buffer) => reader.push(chunk));
  const line = { mcpTaskHandles: 1, token, protocol: CONTROL_PROTOCOL, version: NEWER, ...facts };
  socket.write(`${JSON.stringify(line)}\n`);
  return { inbox, socket };
}

suite('newer version', () => {
  test('takes over when nothing is live', async (t) => {
    const home = await BrokerHome.make(t);
    const { pid } = (await home.open(t)).welcome;
    const { inbox } = hello(t, home, { role: 'control', client: 'editor' });
    assert.match(await inbox.next(), /"code":"leaving"/);
    await waitUntilGone([pid], PATIENCE_MS);
    assert.notEqual((await home.open(t)).welcome.pid, pid);
  });

  test('a terminal that only asks ends nothing', async (t) => {
    const home = await BrokerHome.make(t);
    const client = await home.open(t);
    const { inbox } = hello(t, home, { role: 'control', client: 'terminal' });
    assert.match(await inbox.next(), /"ok":true/);
    assert.equal((await client.request('broker/status', {})).clients, 2);
  });

  test('nothing live is ended for it', async (t) => {
    const home = await BrokerHome.make(t);
    const client = await home.open(t);
    const [command = '', ...args] = fixtureServer('answersWhenTold.mjs');
    const definition = { command, args, cwd: null, env: { PATH: process.env.PATH ?? '' } };
    const { inbox, socket } = hello(t, home, {
      version: VERSION,
      role: 'connect',
      route: 'r',
      workspace: null,
      definition,
      policy: { policy: 'always' },
    });
    const send = (message: object) =>
      socket.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const clientInfo = { name: 'test', version: '1' };
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
    send({ id: 1, method: 'initialize', params });
    await inbox.message({ id: 1 });
    send({ method: 'notifications/initialized' });
    const call = { name: 'wait_for_file', arguments: { path: `${home.paths.root}/never` } };
    send({ id: 2, method: 'tools/call', params: call });
    await inbox.message({ id: 2 });
    assert.equal((await client.request('broker/status', {})).live, 1);
    const newer = hello(t, home, { role: 'control', client: 'editor' });
    assert.match(await newer.inbox.next(), /"ok":true/);
  });
});
