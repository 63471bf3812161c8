import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioTransportV2 } from '@modelcontextprotocol/client/stdio';
import type { BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import { cliJson } from '../../support/cliProcess.ts';
import {
  CLI,
  callTool,
  connectClient,
  EVERYTHING,
  fixtureServer,
  handleOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { waitFor } from '../../support/processes.ts';

const EVERYTHING_STDIO = [process.execPath, EVERYTHING, 'stdio'];

suite('bad input', () => {
  test('a message of 20 MB passes both ways', async (t) => {
    const home = temporaryHome(t);
    const host = await connectClient({ home, server: fixtureServer('answersWhenTold.mjs') });
    const message = 'x'.repeat(20 * 1024 * 1024);
    assert.equal(textOf(await callTool(host, 'echo', { message })), JSON.stringify({ message }));
    assert.equal(textOf(await callTool(host, 'echo', {})), '{}');
  });

  test('a message too large for its server ends that server, and the next call works', async (t) => {
    const home = temporaryHome(t);
    const host = await connectClient({ home, server: EVERYTHING_STDIO });
    const message = 'x'.repeat(11 * 1024 * 1024);
    await assert.rejects(callTool(host, 'echo', { message }), /Server `e` exited with code 0/);
    assert.equal(textOf(await callTool(host, 'echo', { message: 'next' })), 'Echo: next');
  });

  test('an unknown tool is answered by the server, and the next call works', async (t) => {
    const home = temporaryHome(t);
    const host = await connectClient({ home, server: EVERYTHING_STDIO });
    const answer = await callTool(host, 'no_such_tool');
    assert.equal(answer.isError, true);
    assert.match(textOf(answer), /no_such_tool/);
    assert.equal(textOf(await callTool(host, 'echo', { message: 'next' })), 'Echo: next');
  });

  test('a stopped broker is waited for, not replaced', async (t) => {
    const home = temporaryHome(t);
    const host = await connectClient({ home, server: EVERYTHING_STDIO });
    const { pid } = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
    process.kill(pid, 'SIGSTOP');
    const call = callTool(host, 'echo', { message: 'later' });
    process.kill(pid, 'SIGCONT');
    assert.equal(textOf(await call), 'Echo: later');
    const after = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
    assert.equal(after.pid, pid);
  });

  test('a home that is a file lets the server run untracked', async (t) => {
    const home = join(tmpdir(), `mth-file-${process.pid}`);
    writeFileSync(home, '');
    t.after(() => rmSync(home));
    const host = await connectClient({ home, server: EVERYTHING_STDIO });
    t.after(() => host.client.close());
    assert.equal(textOf(await callTool(host, 'echo', { message: 'hi' })), 'Echo: hi');
    await waitFor(() => /calls are not tracked/.test(host.stderr()), 30_000);
  });

  test('bad arguments of the companions are named', async (t) => {
    const home = temporaryHome(t);
    const server = fixtureServer('ignoresCancelInside.mjs');
    const host = await connectClient({ home, server, flags: ['--policy', 'always'] });
    const handle = handleOf(await callTool(host, 'hang'));
    const answer = await callTool(host, 'task_control', { handle, action: 'explode' });
    assert.equal(answer.isError, true);
    assert.match(textOf(answer), /`action` must be "revoke"/);
  });
});

suite('independent clients', () => {
  test('an SDK v2 client gets a handle and its result', async (t) => {
    const home = temporaryHome(t);
    const path = join(home, 'go');
    const client = new ClientV2({ name: 'v2', version: '1' });
    t.after(() => client.close());
    await client.connect(
      new StdioTransportV2({
        command: process.execPath,
        args: [
          CLI,
          'connect',
          '--route',
          'e',
          '--home',
          home,
          '--hand-off-after',
          '200',
          '--',
        ].concat(fixtureServer('answersWhenTold.mjs')),
      }),
    );
    const answer = await client.callTool({ name: 'wait_for_file', arguments: { path } });
    const handle = (answer.structuredContent as { handle: string }).handle;
    writeFileSync(path, '');
    const result = await client.callTool({ name: 'task_poll', arguments: { handle } });
    assert.match(JSON.stringify(result.content), /found /);
    await client.close();
  });

  test('a tool with an output schema may answer with a handle', async (t) => {
    const home = temporaryHome(t);
    const flags = ['--policy', 'always'];
    const host = await connectClient({ home, server: EVERYTHING_STDIO, flags });
    await host.client.listTools();
    const handle = handleOf(
      await callTool(host, 'get-structured-content', { location: 'New York' }),
    );
    const result = await callTool(host, 'task_poll', { handle });
    assert.equal(typeof result.structuredContent?.temperature, 'number');
  });
});
