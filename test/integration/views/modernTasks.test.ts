import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { TaskOutcome } from '@modelcontextprotocol/ext-tasks/client';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson } from '../../support/cliProcess.ts';
import { CLI, closeWithHome, fixtureServer, temporaryHome } from '../../support/connectClient.ts';
import { rawDispatch } from '../../support/rawDispatch.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** It cannot be required, which is what the imports of this file become. */
const extTasks = import('@modelcontextprotocol/ext-tasks/client');

const PROTOCOL = '2026-07-28';
const CAPABILITIES = {
  elicitation: { form: {} },
  extensions: { 'io.modelcontextprotocol/tasks': {} },
};
const SERVER = [...fixtureServer('keepsTasks.mjs'), 'stdio'];

/** The requester of the extension's own makers, in front of `connect`. */
async function requester(home: string, ...flags: string[]) {
  const { createApplicationInputHandler, createTaskSessionFromClient } = await extTasks;
  const args = [CLI, 'connect', '--route', 'e', '--home', home, ...flags, '--', ...SERVER];
  const transport = new StdioClientTransport({ command: process.execPath, args });
  const dispatch = rawDispatch(transport);
  const clientInfo = { name: 'requester', version: '1' };
  const client = new Client(clientInfo, {
    versionNegotiation: { mode: { pin: PROTOCOL } },
    capabilities: CAPABILITIES,
  });
  closeWithHome(home, client);
  await client.connect(transport);
  const session = createTaskSessionFromClient(client, {
    endpointId: 'e',
    rawDispatch: dispatch,
    v2RequestFraming: {
      protocolVersion: PROTOCOL,
      clientInfo,
      clientCapabilities: CAPABILITIES,
    },
    onInputRequest: createApplicationInputHandler({
      elicitation: () => ({ action: 'accept', content: { name: 'Ada' } }),
      sampling: () => assert.fail('not asked for'),
      roots: () => assert.fail('not asked for'),
    }),
  });
  return { client, session };
}

async function textOf(outcome: TaskOutcome<unknown>): Promise<unknown> {
  const { resultFromTaskOutcome } = await extTasks;
  const { content } = resultFromTaskOutcome(outcome) as { content: { text?: string }[] };
  return content[0]?.text;
}

suite('the requester of the tasks extension (D3)', () => {
  test('gets a handle, and the result from another connection, executed once', async (t) => {
    const home = temporaryHome(t);
    const folder = await temporaryFolder(t);
    const [path, log] = [join(folder, 'go'), join(folder, 'log')];
    const first = await requester(home);
    const execution = await first.session.callTool('wait_for_file', { path, log });
    assert.equal(execution.kind, 'task');
    const [task] = await cliJson<TaskView[]>(['list', '--home', home]);
    assert.equal(execution.handle.taskId, task?.handle);
    const reference = execution.serializeReference();
    await execution.detach();
    await first.client.close();
    const second = await requester(home);
    const resumed = await second.session.resumeTask(JSON.parse(JSON.stringify(reference)));
    appendFileSync(path, '');
    const { outcome } = await resumed.settle();
    assert.equal(await textOf(outcome), `found ${path}`);
    assert.equal(readFileSync(log, 'utf8').split('\n').length, 2, 'P2 executed once');
  });

  test('answers what the server asks in the middle of its task', async (t) => {
    const { session } = await requester(temporaryHome(t));
    const execution = await session.callTool('ask_name', {});
    const { outcome } = await execution.settle();
    assert.equal(await textOf(outcome), 'accept: Ada');
  });

  test('P6 cancels for good', async (t) => {
    const home = temporaryHome(t);
    const { session } = await requester(home);
    const path = join(await temporaryFolder(t), 'go');
    const execution = await session.callTool('wait_for_file', { path });
    await execution.cancel();
    const { outcome } = await execution.settle();
    const { resultFromTaskOutcome, TaskCancelledError } = await extTasks;
    assert.throws(() => resultFromTaskOutcome(outcome), TaskCancelledError);
    const [task] = await cliJson<TaskView[]>(['list', '--all', '--home', home]);
    assert.equal(task?.status, 'cancelled');
    assert.equal(task?.reason?.by, 'agent');
  });

  test('hears why a task failed', async (t) => {
    const { session } = await requester(temporaryHome(t), '--policy', 'always');
    const execution = await session.callTool('fail', {});
    const { outcome } = await execution.settle();
    const { resultFromTaskOutcome, TaskFailedError } = await extTasks;
    assert.throws(() => resultFromTaskOutcome(outcome), TaskFailedError);
    assert.match(JSON.stringify(outcome), /the disk is full/);
  });
});
