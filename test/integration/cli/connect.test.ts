import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { HomePaths } from '../../../src/brokerApi/home.ts';
import { CliProcess, temporaryHome } from '../../support/cliProgram.ts';
import { LinkServer, type LinkServerOptions } from '../../support/linkServer.ts';

const INITIALIZE = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'h' } };

async function serverIn(
  t: TestContext,
  paths: HomePaths,
  options: Partial<LinkServerOptions> = {},
): Promise<LinkServer> {
  const server = await LinkServer.start({ paths, ...options });
  t.after(() => server.stop());
  return server;
}

function connectIn(t: TestContext, paths: HomePaths, more: string[] = []): Promise<CliProcess> {
  return CliProcess.start(t, ['connect', '--route', 'r', '--home', paths.root, ...more]);
}

/** A host that has shaken hands with the server. */
async function session(t: TestContext, options: Partial<LinkServerOptions> = {}) {
  const paths = temporaryHome();
  const server = await serverIn(t, paths, options);
  const host = await connectIn(t, paths);
  host.request(0, 'initialize', INITIALIZE);
  await server.lines.message({ method: 'initialize' });
  if (options.isEcho !== true) server.send({ jsonrpc: '2.0', id: 0, result: { serverInfo: {} } });
  await host.stdout.message({ id: 0 });
  host.notify('notifications/initialized');
  await server.lines.message({ method: 'notifications/initialized' });
  return { paths, server, host };
}

suite('connect', () => {
  test('passes lines both ways byte for byte', async (t) => {
    const { server, host } = await session(t);
    const call =
      '{"id": 1.0,"jsonrpc":"2.0",  "method":"tools/call","params":{"n":1e2,"u":"\\u00e4"}}';
    host.send(call);
    assert.equal(await server.lines.next((line) => line.includes('tools/call')), call);
    const answer = '{ "result":{"n":1.50,"s":"ä\\/"},"id":1,"jsonrpc":"2.0"}';
    server.send(answer);
    assert.equal(await host.stdout.next(), answer);
  });

  test('says who it is and what to start', async (t) => {
    const paths = temporaryHome();
    const server = await serverIn(t, paths);
    const flags = ['--workspace', 'w1', '--policy', 'always', '--hand-off-after', '5'];
    const args = [
      'connect',
      '--route',
      'r',
      '--home',
      paths.root,
      ...flags,
      '--',
      'cmd',
      '--x',
      '--',
    ];
    await CliProcess.start(t, args, {
      PATH: process.env.PATH,
      KEPT: '1',
      ELECTRON_RUN_AS_NODE: '1',
    });
    const hello = JSON.parse(await server.hellos.next());
    assert.equal(hello.role, 'connect');
    assert.equal(hello.workspace, 'w1');
    assert.deepEqual(hello.policy, { policy: 'always', handOffAfterMs: 5 });
    const env = { PATH: process.env.PATH, KEPT: '1' };
    const cwd = realpathSync(process.cwd());
    assert.deepEqual(hello.definition, { command: 'cmd', args: ['--x', '--'], cwd, env });
  });

  test('answers each request in flight once when the link is cut', async (t) => {
    const { server, host } = await session(t);
    host.request(1, 'tools/call');
    host.request('two', 'tools/call');
    await server.lines.message({ id: 'two' });
    server.cut();
    for (const id of [1, 'two']) {
      const { error } = (await host.stdout.message({ id })) as { error: Record<string, unknown> };
      assert.equal(error.code, -32603);
      assert.deepEqual(error.data, { code: 'link_lost' });
      assert.match(String(error.message), /outcome is unknown/);
    }
    // The new link was made, and nothing of the old one came twice.
    await server.lines.message({ $: 'replay' });
    assert.equal(host.stdout.all.length, 3);
  });

  test('replays initialize silently and serves the calls that waited', async (t) => {
    const { server, host } = await session(t);
    server.cut();
    await host.stderr.next((line) => line.includes('connecting again'));
    host.request(7, 'tools/list');
    await server.lines.message({ $: 'replay' });
    const replayed = await server.lines.message({ method: 'initialize' });
    assert.match(String(replayed.id), /^mcp-task-handles\/replay-/);
    assert.deepEqual(replayed.params, INITIALIZE);
    server.send({ jsonrpc: '2.0', id: replayed.id, result: {} });
    await server.lines.message({ method: 'notifications/initialized' });
    await server.lines.message({ id: 7 });
    server.send({ jsonrpc: '2.0', id: 7, result: { tools: [] } });
    await host.stdout.message({ id: 7 });
    assert.deepEqual(
      host.stdout.all.map((line) => JSON.parse(line).id),
      [0, 7],
    );
  });

  test('sends initialize again when it was in flight', async (t) => {
    const paths = temporaryHome();
    const server = await serverIn(t, paths);
    const host = await connectIn(t, paths);
    host.request('init', 'initialize', INITIALIZE);
    await server.lines.message({ id: 'init' });
    server.cut();
    await server.lines.message({ id: 'init' });
    server.send({ jsonrpc: '2.0', id: 'init', result: {} });
    await host.stdout.message({ id: 'init' });
    assert.equal(host.stdout.all.length, 1);
    assert.equal(server.lines.all.includes('{"$":"replay"}'), false);
  });

  test('survives a broker killed with SIGKILL', async (t) => {
    const paths = temporaryHome();
    const first = await killableServer(t, paths);
    const host = await connectIn(t, paths);
    host.request(0, 'initialize', INITIALIZE);
    await host.stdout.message({ id: 0 });
    first.kill('SIGKILL');
    await host.stderr.next((line) => line.includes('connecting again'));
    host.request(1, 'tools/call', { name: 'x' });
    await serverIn(t, paths, { isEcho: true });
    const answer = await host.stdout.message({ id: 1 });
    assert.deepEqual(answer.result, { name: 'x' });
  });

  test('tells when the server refuses the replay', async (t) => {
    const { server, host } = await session(t);
    server.cut();
    await host.stderr.next((line) => line.includes('connecting again'));
    host.request(7, 'tools/list');
    await server.lines.message({ $: 'replay' });
    const { id } = await server.lines.message({ method: 'initialize' });
    server.send({ jsonrpc: '2.0', id, error: { code: -32603, message: 'No such command.' } });
    const { error } = (await host.stdout.message({ id: 7 })) as { error: { message: string } };
    assert.match(error.message, /No such command/);
    await server.lines.message({ $: 'replay' });
  });

  test('takes back what the lost server had asked the host', async (t) => {
    const { server, host } = await session(t);
    server.send({ jsonrpc: '2.0', id: 5, method: 'roots/list' });
    await host.stdout.message({ method: 'roots/list' });
    server.cut();
    const cancel = await host.stdout.message({ method: 'notifications/cancelled' });
    assert.equal((cancel.params as { requestId: unknown }).requestId, 5);
    const { id } = await server.lines.message({ method: 'initialize' });
    host.send({ jsonrpc: '2.0', id: 5, result: { roots: [] } });
    server.send({ jsonrpc: '2.0', id, result: {} });
    host.request(6, 'ping');
    await server.lines.message({ id: 6 });
    assert.equal(
      server.lines.all.some((line) => line.includes('"roots"')),
      false,
    );
  });

  test('drops an answer that comes after the cancel', async (t) => {
    const { server, host } = await session(t);
    host.request(1, 'tools/call');
    host.notify('notifications/cancelled', { requestId: 1 });
    await server.lines.message({ method: 'notifications/cancelled' });
    server.send({ jsonrpc: '2.0', id: 1, result: {} });
    const unwritten = await server.lines.message({ $: 'unwritten' });
    assert.deepEqual(unwritten, { $: 'unwritten', id: 1 });
    host.request(2, 'ping');
    await server.lines.message({ id: 2 });
    server.send({ jsonrpc: '2.0', id: 2, result: {} });
    await host.stdout.message({ id: 2 });
    assert.equal(host.stdout.all.length, 2);
  });

  test('swallows a cancel that comes after the answer', async (t) => {
    const { server, host } = await session(t, { isEcho: true });
    host.request(1, 'tools/call');
    await host.stdout.message({ id: 1 });
    host.notify('notifications/cancelled', { requestId: 1 });
    host.request(2, 'ping');
    await host.stdout.message({ id: 2 });
    assert.equal(
      server.lines.all.some((line) => line.includes('cancelled')),
      false,
    );
  });

  test('answers what is not JSON and goes on', async (t) => {
    const { host } = await session(t, { isEcho: true });
    host.send('this is not JSON');
    host.send('42');
    host.send('{"$":"replay"}');
    host.request(1, 'ping');
    await host.stdout.message({ id: 1 });
    const codes = host.stdout.all.map((line) => JSON.parse(line).error?.code);
    assert.deepEqual(codes, [undefined, -32700, -32600, -32600, undefined]);
  });

  test('shows the lines for stderr to nobody else', async (t) => {
    const { server, host } = await session(t);
    server.send({ $: 'stderr', text: 'from upstream' });
    server.send({ $: 'something newer' });
    await host.stderr.next((line) => line === 'from upstream');
    assert.equal(host.stdout.all.length, 1);
  });

  test('carries a message of 20 MB both ways', async (t) => {
    const { host } = await session(t, { isEcho: true });
    const text = 'ä'.repeat(10 * 1024 * 1024);
    host.request(1, 'tools/call', { text });
    const { result } = await host.stdout.message({ id: 1 });
    assert.equal((result as { text: string }).text === text, true);
  });

  test('refuses a line above the limit and goes on', async (t) => {
    const { host } = await session(t, { isEcho: true });
    host.request(1, 'tools/call', { text: 'x'.repeat(65 * 1024 * 1024) });
    const { error } = (await host.stdout.message({ id: null })) as { error: { message: string } };
    assert.match(error.message, /too long/);
    host.request(2, 'ping');
    await host.stdout.message({ id: 2 });
  });

  test('ends with 0 when the host closes stdin', async (t) => {
    const { server, host } = await session(t);
    host.child.stdin.end('{"jsonrpc":"2.0","id":9,"method":"last"}');
    assert.equal(await host.exit, 0);
    await server.lines.message({ id: 9 });
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    test(`ends with 0 on ${signal}`, async (t) => {
      const { host } = await session(t);
      host.child.kill(signal);
      assert.equal(await host.exit, 0);
    });
  }

  test('ends when the host reads no more', async (t) => {
    const { server, host } = await session(t);
    host.child.stdout.destroy();
    server.send({ jsonrpc: '2.0', method: 'notifications/message', params: {} });
    assert.equal(await host.exit, 0);
  });
});

suite('connect without a broker', () => {
  test('runs the command itself when the home is a file', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'mth-file-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'home');
    writeFileSync(file, '');
    const program =
      'process.stdin.pipe(process.stdout); process.stdin.on("end", () => process.exit(7))';
    const args = ['connect', '--route', 'r', '--home', file, '--', process.execPath, '-e', program];
    const host = await CliProcess.start(t, args);
    host.request(0, 'initialize', INITIALIZE);
    await host.stderr.next((line) => /Running `.*` directly: calls are not tracked/.test(line));
    await host.stdout.message({ id: 0, method: 'initialize' });
    host.child.stdin.end();
    assert.equal(await host.exit, 7);
  });

  test('names the cause when there is no command to run', async (t) => {
    const paths = temporaryHome();
    const host = await connectIn(t, paths);
    host.request(0, 'initialize', INITIALIZE);
    const { error } = (await host.stdout.message({ id: 0 })) as { error: { message: string } };
    assert.match(error.message, /no broker\.js/i);
    await serverIn(t, paths, { isEcho: true });
    host.request(1, 'initialize', INITIALIZE);
    await host.stdout.message({ id: 1 });
  });

  test('never runs the command when the broker is stopped', async (t) => {
    const paths = temporaryHome();
    const broker = await killableServer(t, paths);
    broker.kill('SIGSTOP');
    const host = await connectIn(t, paths, ['--', process.execPath, '-e', 'console.log("direct")']);
    host.request(0, 'initialize', INITIALIZE);
    await host.stderr.next((line) => line.includes('does not answer'), 30_000);
    broker.kill('SIGCONT');
    assert.deepEqual((await host.stdout.message({ id: 0 })).result, INITIALIZE);
    assert.equal(host.stdout.all.length, 1);
  });
});

async function killableServer(t: TestContext, paths: HomePaths) {
  const program = 'test/fixtures/echoLinkServer.ts';
  const child = spawn(process.execPath, ['--import', 'tsx', program, paths.root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}
