import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson } from '../../support/cliProcess.ts';
import {
  CLI,
  closeWithHome,
  fixtureServer,
  handleOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const SERVER = [...fixtureServer('keepsTasks.mjs'), 'stdio'];

/** A client of 2026-07-28 without the tasks extension, in front of `connect`. */
async function connect(home: string, ...flags: string[]): Promise<Client> {
  const args = [CLI, 'connect', '--route', 'e', '--home', home, ...flags, '--', ...SERVER];
  const client = new Client(
    { name: 'modern', version: '1' },
    {
      versionNegotiation: { mode: { pin: '2026-07-28' } },
      capabilities: { elicitation: { form: {} } },
    },
  );
  closeWithHome(home, client);
  await client.connect(new StdioClientTransport({ command: process.execPath, args }));
  return client;
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}) {
  return (await client.callTool({ name, arguments: args })) as CallToolResult;
}

suite('a modern server’s own tasks (U3)', () => {
  test('a call stays open until the server’s task has ended', async (t) => {
    const client = await connect(temporaryHome(t), '--policy', 'never');
    const path = join(await temporaryFolder(t), 'go');
    const result = call(client, 'wait_for_file', { path });
    appendFileSync(path, '');
    assert.equal(textOf(await result), `found ${path}`);
    assert.equal(textOf(await call(client, 'greet', { name: 'you' })), 'hello you');
    await assert.rejects(call(client, 'fail'), /the disk is full/);
  });

  test('P2 as a task of ours it has one handle, and is executed once', async (t) => {
    const home = temporaryHome(t);
    const client = await connect(home, '--policy', 'always');
    const folder = await temporaryFolder(t);
    const [path, log] = [join(folder, 'go'), join(folder, 'log')];
    const handle = handleOf(await call(client, 'wait_for_file', { path, log }));
    const poll = call(client, 'task_poll', { handle });
    appendFileSync(path, '');
    assert.equal(textOf(await poll), `found ${path}`);
    assert.equal(readFileSync(log, 'utf8').split('\n').length, 2);
    const [task] = await cliJson<TaskView[]>(['list', '--all', '--home', home]);
    assert.equal(task?.message, `waiting for ${path}`);
  });

  test('its question reaches the client, whose retry answers it', async (t) => {
    const client = await connect(temporaryHome(t), '--policy', 'never');
    client.setRequestHandler('elicitation/create', () => ({
      action: 'accept',
      content: { name: 'Ada' },
    }));
    assert.equal(textOf(await call(client, 'ask_name')), 'accept: Ada');
  });

  test('P6 a revocation cancels the server’s task', async (t) => {
    const home = temporaryHome(t);
    const client = await connect(home, '--policy', 'always');
    const path = join(await temporaryFolder(t), 'go');
    const handle = handleOf(await call(client, 'wait_for_file', { path }));
    const [task] = await cliJson<TaskView[]>(['revoke', handle, '--home', home]);
    assert.equal(task?.reason?.level, 'cooperative');
    const next = handleOf(await call(client, 'greet', { name: 'you' }));
    assert.equal(textOf(await call(client, 'task_poll', { handle: next })), 'hello you');
  });
});
