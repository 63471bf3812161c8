import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import { EVERYTHING, fixtureServer, progressOf, textOf } from '../../support/connectClient.ts';
import { waitFor } from '../../support/processes.ts';
import { freePort } from '../../support/remoteServer.ts';
import { ServeHome, type ServeProgram } from '../../support/serveProgram.ts';

const EVERYTHING_STDIO = [process.execPath, EVERYTHING, 'stdio'];
const MODERN_STDIO = fixtureServer('knowsNoInitialize.mjs');
const DEADLINE_MS = 20_000;
type Result = Parameters<typeof textOf>[0];

function transportV1({ url, headers }: ServeProgram): TransportV1 {
  return new TransportV1(new URL(url), { requestInit: { headers } });
}

async function clientV1(t: TestContext, served: ServeProgram): Promise<ClientV1> {
  const client = new ClientV1({ name: 'v1', version: '1' });
  t.after(() => client.close());
  // Its own types forbid what its own transport has: an optional member that is undefined.
  await client.connect(transportV1(served) as Parameters<ClientV1['connect']>[0]);
  return client;
}

async function clientV2(
  t: TestContext,
  { url, headers }: ServeProgram,
  mode: 'auto' | { pin: string },
): Promise<ClientV2> {
  const client = new ClientV2(
    { name: 'v2', version: '1' },
    { versionNegotiation: { mode }, capabilities: { elicitation: {} } },
  );
  const content = { name: 'Ada', check: true };
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content }));
  t.after(() => client.close());
  await client.connect(new TransportV2(new URL(url), { requestInit: { headers } }));
  return client;
}

async function echoed(client: ClientV1 | ClientV2, message: string): Promise<string> {
  const answer = await client.callTool({ name: 'echo', arguments: { message } });
  return textOf(answer as Result);
}

/** A legacy session by hand. */
async function greeted({ url, headers }: ServeProgram): Promise<Record<string, string>> {
  const all = {
    ...headers,
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'MCP-Protocol-Version': '2025-11-25',
  };
  const clientInfo = { name: 'by hand', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
  const greeting = await fetch(url, { method: 'POST', headers: all, body });
  await greeting.text();
  const session = { ...all, 'Mcp-Session-Id': greeting.headers.get('mcp-session-id') ?? '' };
  const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
  await (await fetch(url, { method: 'POST', headers: session, body: initialized })).text();
  return session;
}

async function brokerPid(home: ServeHome): Promise<number> {
  return (await cliJson<BrokerStatus>(['broker', 'status', '--home', home.path])).pid;
}

suite('serve', () => {
  test('P12 clients of both major SDK versions are served at one endpoint, at the same time', async (t) => {
    const home = new ServeHome(t);
    const served = await home.serve(EVERYTHING_STDIO);
    const clients = [
      await clientV1(t, served),
      await clientV1(t, served),
      await clientV2(t, served, 'auto'),
    ];
    const words = clients.map((_, index) => `from ${index}`);
    const echoes = await Promise.all(
      clients.map((client, index) => echoed(client, words[index] ?? '')),
    );
    assert.deepEqual(
      echoes,
      words.map((word) => `Echo: ${word}`),
    );
  });

  test('P12 progress reaches its call, and a long one becomes a task that is polled', async (t) => {
    const home = new ServeHome(t);
    const [own, childs, until] = ['own', 'childs', 'until'].map((name) => join(home.path, name));
    const server = fixtureServer('ticksUntilTold.mjs');
    const served = await home.serve(server, ['--hand-off-after', '1500']);
    const client = await clientV1(t, served);
    const steps: number[] = [];
    const call = { name: 'tick', arguments: { own, childs, until } };
    const onprogress = ({ progress }: { progress: number }) => void steps.push(progress);
    const handedOff = await client.callTool(call, undefined, { onprogress });
    const { handle } = handedOff.structuredContent as { handle: string };
    assert.deepEqual(steps.slice(0, 2), [1, 2]);
    writeFileSync(until ?? '', '');
    const result = await client.callTool({ name: 'task_poll', arguments: { handle } });
    assert.match(textOf(result as Result), /^ticked \d+/);
  });

  test('a modern client is served by a modern server, and cancels by leaving', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'mth-serve-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const log = join(folder, 'log');
    const home = new ServeHome(t);
    const served = await home.serve(MODERN_STDIO);
    const [pinned, auto] = [
      await clientV2(t, served, { pin: '2026-07-28' }),
      await clientV2(t, served, 'auto'),
    ];
    assert.equal(auto.getProtocolEra(), 'modern');
    assert.deepEqual(await Promise.all([echoed(pinned, 'a'), echoed(auto, 'b')]), [
      'Echo: a',
      'Echo: b',
    ]);
    const abort = new AbortController();
    const call = { name: 'slow', arguments: { ms: 60_000, log } };
    const onprogress = () => abort.abort();
    await assert.rejects(pinned.callTool(call, { signal: abort.signal, onprogress }));
    // A file appears before its first line does.
    const noted = () => existsSync(log) && readFileSync(log, 'utf8');
    assert.equal(await waitFor(() => noted() || undefined, DEADLINE_MS), 'cancelled\n');
  });

  test('P12 a modern client is served by a legacy server, and asked what that one asks', async (t) => {
    const home = new ServeHome(t);
    const served = await home.serve(EVERYTHING_STDIO);
    const client = await clientV2(t, served, { pin: '2026-07-28' });
    const progress = progressOf(client.transport ?? assert.fail('it is connected'));
    const call = { name: 'trigger-long-running-operation', arguments: { duration: 1, steps: 3 } };
    await client.callTool(call, { onprogress: () => {} });
    assert.deepEqual([...progress.values()], [[1, 2, 3]]);
    const asked = await client.callTool({ name: 'trigger-elicitation-request', arguments: {} });
    assert.match(JSON.stringify(asked.content), /Name: Ada/);
  });

  test('P4 a broken stream of a real server is read on, its call executed once', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'mth-serve-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const [path, log] = [join(folder, 'go'), join(folder, 'log')];
    const home = new ServeHome(t);
    const served = await home.serve(fixtureServer('answersWhenTold.mjs'), ['--policy', 'never']);
    const headers = await greeted(served);
    const params = {
      name: 'wait_for_file',
      arguments: { path, log },
      _meta: { progressToken: 'p' },
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    const call = await fetch(served.url, { method: 'POST', headers, body });
    const reader = call.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"progress":1')) text += (await reader?.read())?.value ?? '';
    await reader?.cancel();
    const lastId = [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';
    writeFileSync(path, '');
    const again = await fetch(served.url, { headers: { ...headers, 'Last-Event-ID': lastId } });
    assert.match(await again.text(), /"id":1,"result".*found /);
    assert.equal(readFileSync(log, 'utf8').trim().split('\n').length, 1);
  });

  test('P12 a message of 10 MB passes both ways', async (t) => {
    const home = new ServeHome(t);
    const served = await home.serve(fixtureServer('answersWhenTold.mjs'));
    const message = 'x'.repeat(10 * 1024 * 1024);
    const client = await clientV1(t, served);
    assert.equal(await echoed(client, message), JSON.stringify({ message }));
    assert.equal(await echoed(client, 'next'), '{"message":"next"}');
  });

  test('P8 without the token, or from elsewhere, nothing is served', async (t) => {
    const home = new ServeHome(t);
    const served = await home.serve(EVERYTHING_STDIO);
    assert.equal(statSync(served.tokenFile).mode & 0o777, 0o600);
    const wrong = { ...served.headers, Authorization: 'Bearer wrong' };
    const table: [Record<string, string>, number][] = [
      [{}, 401],
      [wrong, 401],
      [{ ...served.headers, Origin: 'https://evil.example' }, 403],
    ];
    for (const [headers, status] of table) {
      const refused = await fetch(served.url, { method: 'POST', headers });
      assert.equal(refused.status, status);
      await refused.text();
    }
    const log = readFileSync(join(home.path, 'log', 'broker.log'), 'utf8');
    assert.equal(log.includes(served.token), false);
  });

  test('a broker that ends is replaced: the same port and token, the sessions not found', async (t) => {
    const home = new ServeHome(t);
    const served = await home.serve(EVERYTHING_STDIO);
    const headers = await greeted(served);
    process.kill(await brokerPid(home), 'SIGKILL');
    await served.stderr.next((line) => line.includes('serving again.'), DEADLINE_MS);
    const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    const gone = await fetch(served.url, { method: 'POST', headers, body });
    assert.equal(gone.status, 404);
    await gone.text();
    assert.equal(await echoed(await clientV1(t, served), 'again'), 'Echo: again');
  });

  test('P13 a signal ends it: the port is closed, the token gone, the sessions left', async (t) => {
    const home = new ServeHome(t);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const served = await home.serve(EVERYTHING_STDIO);
      await greeted(served);
      await served.stop(signal);
      assert.equal(served.child.exitCode, 0);
      assert.equal(existsSync(served.tokenFile), false);
      await assert.rejects(fetch(served.url));
      const status = ['broker', 'status', '--home', home.path];
      const onlyWhoAsksIsThere = async () => {
        const { clients, live } = await cliJson<BrokerStatus>(status);
        return clients === 1 && live === 0;
      };
      await waitFor(onlyWhoAsksIsThere, DEADLINE_MS);
    }
  });

  test('a token of one’s own is kept in its file, and is used again', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'mth-serve-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'token');
    const home = new ServeHome(t);
    const first = await home.serve(EVERYTHING_STDIO, ['--token-file', file]);
    await first.stop();
    const second = await home.serve(EVERYTHING_STDIO, ['--token-file', file, '--print-token']);
    assert.equal(second.token, first.token);
    await second.stdout.next((line) => line === `Token: ${first.token}`);
  });

  test('what cannot be served is told in one line', async (t) => {
    const home = new ServeHome(t);
    const taken = createServer().listen(0, '127.0.0.1');
    t.after(() => taken.close());
    await waitFor(() => taken.address() !== null, DEADLINE_MS);
    const { port } = taken.address() as { port: number };
    const loose = join(home.path, 'loose');
    writeFileSync(loose, 'a-token-that-all-may-read\n', { mode: 0o644 });
    const blocked = await freePort();
    mkdirSync(join(home.path, `serve-${blocked}.token`, 'in-the-way'), { recursive: true });
    const table: [string[], number, RegExp][] = [
      [['--port', String(port)], 1, /Port \d+ is in use by another program/],
      [['--port', '70000'], 2, /--port takes a whole number/],
      [['--port'], 2, /--port needs a value/],
      [['--token-file', loose], 2, /others may read it/],
      [['--frob'], 2, /--frob/],
      [['--port', String(blocked)], 1, /token file .* cannot be used/],
    ];
    for (const [flags, expected, words] of table) {
      const args = ['serve', '--route', 'e', '--home', home.path, ...flags, '--', 'true'];
      const { code, stdout, stderr } = await runCli(args);
      assert.deepEqual([code, stdout], [expected, ''], stderr);
      assert.match(stderr, words);
      assert.match(stderr, /^mcp-task-handles: [^\n]+\n$/);
    }
  });
});
