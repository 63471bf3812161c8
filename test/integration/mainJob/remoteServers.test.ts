import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { ControlClient } from '../../../src/brokerApi/controlClient.ts';
import { resolveHome } from '../../../src/brokerApi/home.ts';
import { asksForSignIn } from '../../fixtures/mcp/remote/asksForSignIn.ts';
import { neverAnswers } from '../../fixtures/mcp/remote/neverAnswers.ts';
import { json, rawRemote, text } from '../../fixtures/mcp/remote/rawRemote.ts';
import {
  CLI,
  callTool,
  connectClient,
  handleOf,
  progressOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { lookAgain } from '../../support/lookAgain.ts';
import { waitFor } from '../../support/processes.ts';
import { type EverythingMode, RemoteEverything, serveHttp } from '../../support/remoteServer.ts';

const LONG = 'trigger-long-running-operation';
const MODES: [EverythingMode, string[]][] = [
  ['streamableHttp', []],
  ['sse', ['--transport', 'sse']],
];

function filesHolding(folder: string, text: string): string[] {
  return lookAgain(() =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => readFileSync(path).includes(text)),
  );
}

for (const [mode, transport] of MODES) {
  suite(`server-everything over ${mode}, through connect --url`, () => {
    test('a long call becomes a task whose result is polled', async (t) => {
      const server = await RemoteEverything.start(t, mode);
      const flags = ['--url', server.url, ...transport, '--policy', 'always'];
      const host = await connectClient({ home: temporaryHome(t), server: [], flags });
      const handle = handleOf(await callTool(host, LONG, { duration: 2, steps: 4 }));
      const result = await callTool(host, 'task_poll', { handle });
      assert.match(textOf(result), /Long running operation completed/);
    });

    test('P10 progress arrives in order and complete, two calls at once', async (t) => {
      const server = await RemoteEverything.start(t, mode);
      const flags = ['--url', server.url, ...transport];
      const host = await connectClient({ home: temporaryHome(t), server: [], flags });
      const progress = progressOf(host.transport);
      const call = () =>
        host.client.callTool({ name: LONG, arguments: { duration: 2, steps: 4 } }, undefined, {
          onprogress: () => {},
        });
      await Promise.all([call(), call()]);
      assert.deepEqual(
        [...progress.values()],
        [
          [1, 2, 3, 4],
          [1, 2, 3, 4],
        ],
      );
    });

    test('after a restart of the server the next call works', async (t) => {
      const server = await RemoteEverything.start(t, mode);
      const flags = ['--url', server.url, ...transport];
      const host = await connectClient({ home: temporaryHome(t), server: [], flags });
      assert.equal(textOf(await callTool(host, 'echo', { message: 'a' })), 'Echo: a');
      await server.restart();
      // The call that finds out, unless the broken stream of the server has told before.
      await callTool(host, 'echo', { message: 'b' }).catch((error: Error) => {
        assert.match(error.message, /is not connected any more/);
      });
      assert.equal(textOf(await callTool(host, 'echo', { message: 'c' })), 'Echo: c');
    });
  });
}

suite('remote servers through connect --url', () => {
  test('P6 a revocation reaches the server as a cancellation', async (t) => {
    const cancelled: unknown[] = [];
    let called: unknown;
    const behave = rawRemote(({ request, message }) => {
      if (request.method === 'POST') called = message.id;
    });
    const url = await serveHttp(t, (request, body, response) => {
      if (body.includes('notifications/cancelled'))
        cancelled.push(JSON.parse(body).params.requestId);
      behave(request, body, response);
    });
    const flags = ['--url', url, '--policy', 'always'];
    const host = await connectClient({ home: temporaryHome(t), server: [], flags });
    const handle = handleOf(await callTool(host, 'run'));
    await callTool(host, 'task_control', { handle, action: 'revoke' });
    const view = (await callTool(host, 'task_poll', { handle })).structuredContent;
    assert.equal(view?.status, 'cancelled');
    // Either comes over a connection of its own.
    await waitFor(() => called !== undefined && cancelled.length > 0, 20_000);
    assert.deepEqual(cancelled, [called]);
  });

  test('a server that the editor has defined is behind connect --route NAME', async (t) => {
    const seen: unknown[] = [];
    const url = await serveHttp(t, (request, body, response) => {
      seen.push(request.headers.authorization);
      neverAnswers(request, body, response);
    });
    const home = temporaryHome(t);
    const start = { distFolder: dirname(CLI) };
    const paths = resolveHome({ home });
    const editor = await ControlClient.open({ client: 'editor', paths, start, timeoutMs: 30_000 });
    t.after(() => editor.dispose());
    const headers = { Authorization: 'Bearer t' };
    const definition = { type: 'http', url, headers } as const;
    const routes = [{ name: 'web', definition, policy: {} }];
    await editor.request('routes/define', { workspace: 'w', routes });
    const flags = ['--workspace', 'w'];
    const host = await connectClient({ home, server: [], flags, route: 'web' });
    assert.equal((await host.client.listTools()).tools[0]?.name, 'run');
    assert.deepEqual([...new Set(seen)], ['Bearer t']);
  });

  test('P12 a result of 5 MB arrives whole', async (t) => {
    const big = 'x'.repeat(5 * 1024 * 1024);
    const url = await serveHttp(
      t,
      rawRemote(({ request, response, message }) => {
        if (request.method === 'POST') json(response, message.id, text(big));
        else response.writeHead(405).end();
      }),
    );
    const host = await connectClient({ home: temporaryHome(t), server: [], flags: ['--url', url] });
    assert.equal(textOf(await callTool(host, 'run')), big);
  });

  test('without a broker a remote server is one clear line: nothing could run it directly', async (t) => {
    const home = join(tmpdir(), `mth-remote-${process.pid}`);
    writeFileSync(home, '');
    t.after(() => rmSync(home));
    const flags = ['--url', 'http://127.0.0.1:9/mcp'];
    await assert.rejects(
      connectClient({ home, server: [], flags }),
      /A server at a url is reached through the broker only/,
    );
  });

  test('a server behind OAuth is one line for the agent', async (t) => {
    const url = await serveHttp(t, asksForSignIn);
    const flags = ['--url', url];
    await assert.rejects(
      connectClient({ home: temporaryHome(t), server: [], flags }),
      /asks for OAuth sign-in/,
    );
  });

  test('P8 a server that never answers is given up by a revocation, and serves the next call', async (t) => {
    const url = await serveHttp(t, neverAnswers);
    const flags = ['--url', url, '--policy', 'always'];
    const host = await connectClient({ home: temporaryHome(t), server: [], flags });
    const handle = handleOf(await callTool(host, 'run'));
    await callTool(host, 'task_control', { handle, action: 'revoke' });
    assert.equal((await host.client.listTools()).tools[0]?.name, 'run');
  });

  test('P8 headers from the environment reach the server, and nothing of them is on disk', async (t) => {
    const seen: unknown[] = [];
    const url = await serveHttp(t, (request, body, response) => {
      seen.push(request.headers['x-key']);
      neverAnswers(request, body, response);
    });
    const flags = ['--url', url, '--header-env', 'X-Key=MTH_TEST_KEY', '--policy', 'always'];
    const home = temporaryHome(t);
    const env = { MTH_TEST_KEY: 'very-secret-value' };
    const host = await connectClient({ home, server: [], flags, env });
    handleOf(await callTool(host, 'run'));
    assert.equal(seen.includes('very-secret-value'), true);
    assert.deepEqual(filesHolding(home, 'very-secret-value'), []);
  });
});
