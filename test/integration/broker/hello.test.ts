import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { BrokerServer, type BrokerServerOptions } from '../../../src/broker/brokerServer.ts';
import { CONTROL_PROTOCOL, type Hello } from '../../../src/brokerApi/brokerProtocol.ts';
import { silentLog } from '../../../src/common/log.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const TOKEN = 'a'.repeat(64);
const HELLO = {
  mcpTaskHandles: 1,
  token: TOKEN,
  protocol: CONTROL_PROTOCOL,
  version: '0.0.1',
  role: 'connect',
  route: 'r',
  workspace: null,
} as const satisfies Hello;

interface Stage {
  readonly server: BrokerServer;
  readonly socketPath: string;
  /** Routes of the connections that were handed over, in order. */
  readonly routes: string[];
}

async function stage(t: TestContext, options: Partial<BrokerServerOptions> = {}): Promise<Stage> {
  const socketPath = join(await temporaryFolder(t), 's');
  const routes: string[] = [];
  const server = new BrokerServer({
    claimSocketPath: () => socketPath,
    token: TOKEN,
    log: silentLog,
    givesWayTo: () => false,
    onControl: () => {},
    onConnect: (socket, hello) => {
      routes.push(hello.route);
      socket.pipe(socket);
    },
    ...options,
  });
  t.after(() => server.dispose());
  await server.listen();
  return { server, socketPath, routes };
}

/** Everything the server says until it closes or `enough` holds. */
function answerTo(socketPath: string, said: string | Buffer, isEnough = (_: string) => false) {
  return new Promise<string>((resolve) => {
    const socket: Socket = connect(socketPath);
    let text = '';
    const end = () => {
      resolve(text);
      socket.destroy();
    };
    socket.on('error', () => {}).on('close', end);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (isEnough(text)) end();
    });
    socket.write(said);
  });
}

const refusal = (text: string): unknown => JSON.parse(text).code;

suite('hello', () => {
  test('a good one is welcomed and its next bytes wait for the session', async (t) => {
    const { socketPath, routes } = await stage(t);
    const text = await answerTo(socketPath, `${JSON.stringify(HELLO)}\nfirst\n`, (said) =>
      said.endsWith('first\n'),
    );
    const [welcome, echoed] = text.split('\n');
    assert.equal(JSON.parse(welcome ?? '').ok, true);
    assert.equal(echoed, 'first');
    assert.deepEqual(routes, ['r']);
  });

  test('it may come in single bytes', async (t) => {
    const { socketPath, routes } = await stage(t);
    const socket = connect(socketPath);
    t.after(() => socket.destroy());
    const welcomed = new Promise((resolve) => socket.once('data', resolve));
    for (const byte of Buffer.from(`${JSON.stringify(HELLO)}\n`)) socket.write(Buffer.of(byte));
    await welcomed;
    assert.deepEqual(routes, ['r']);
  });

  test('junk is refused in one line and the next client is served', async (t) => {
    const { socketPath, routes } = await stage(t);
    const junk = ['\n\n{}\n', 'GET / HTTP/1.1\r\n\r\n', '[1]\n', Buffer.of(0, 255, 10)];
    for (const said of junk) {
      assert.equal(refusal(await answerTo(socketPath, said)), 'invalid_message');
    }
    await answerTo(socketPath, `${JSON.stringify(HELLO)}\n`, (said) => said.includes('\n'));
    assert.deepEqual(routes, ['r']);
  });

  test('P8 a wrong token is refused', async (t) => {
    const { socketPath, routes } = await stage(t);
    for (const token of ['', 'a', 'b'.repeat(64), 5, null]) {
      const text = await answerTo(socketPath, `${JSON.stringify({ ...HELLO, token })}\n`);
      assert.equal(refusal(text), 'wrong_token');
      assert.doesNotMatch(text, /aaaa/);
    }
    assert.deepEqual(routes, []);
  });

  test('the protocol before ours is served, others are refused', async (t) => {
    const { socketPath, routes } = await stage(t);
    for (const protocol of [CONTROL_PROTOCOL, CONTROL_PROTOCOL - 1]) {
      const line = `${JSON.stringify({ ...HELLO, protocol })}\n`;
      await answerTo(socketPath, line, (said) => said.includes('\n'));
    }
    assert.equal(routes.length, 2);
    for (const protocol of [CONTROL_PROTOCOL + 1, CONTROL_PROTOCOL - 2]) {
      const text = await answerTo(socketPath, `${JSON.stringify({ ...HELLO, protocol })}\n`);
      assert.equal(refusal(text), 'wrong_protocol');
    }
  });

  test('a definition without a command is refused by name', async (t) => {
    const { socketPath } = await stage(t);
    const definition = { args: [], cwd: null, env: {} };
    const text = await answerTo(socketPath, `${JSON.stringify({ ...HELLO, definition })}\n`);
    assert.deepEqual(JSON.parse(text), {
      ok: false,
      code: 'invalid_definition',
      message: 'The server definition has no `command`; correct it where the server is configured.',
    });
  });

  test('an endless first line is cut off', async (t) => {
    const { socketPath } = await stage(t);
    const text = await answerTo(socketPath, Buffer.alloc(5 * 1024 * 1024, 'x'));
    assert.ok(text === '' || refusal(text) === 'invalid_message');
  });

  test('a client that says nothing is sent away', async (t) => {
    const { socketPath } = await stage(t, { helloTimeoutMs: 50 });
    assert.equal(refusal(await answerTo(socketPath, '')), 'invalid_message');
  });

  test('a leaving broker sends clients to the next one', async (t) => {
    const { socketPath, server } = await stage(t, { givesWayTo: () => true });
    const text = await answerTo(socketPath, `${JSON.stringify(HELLO)}\n`);
    assert.equal(refusal(text), 'leaving');
    assert.equal(server.clients, 0);
  });

  test('clients are counted while they are there', async (t) => {
    const { socketPath, server } = await stage(t);
    const counts: number[] = [];
    const gone = new Promise<void>((resolve) => {
      server.onDidChangeClients(() => {
        counts.push(server.clients);
        if (server.clients === 0) resolve();
      });
    });
    await answerTo(socketPath, `${JSON.stringify(HELLO)}\n`, (said) => said.includes('\n'));
    await gone;
    assert.deepEqual(counts, [1, 0]);
  });

  test('close ends attached clients within a bound', async (t) => {
    const { socketPath, server } = await stage(t, { onConnect: () => {} });
    const socket = connect(socketPath);
    t.after(() => socket.destroy());
    const welcomed = new Promise((resolve) => socket.once('data', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`${JSON.stringify(HELLO)}\n`);
    await welcomed;
    await server.close();
    await closed;
  });
});
