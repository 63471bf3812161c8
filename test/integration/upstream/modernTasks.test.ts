import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson } from '../../support/cliProcess.ts';
import { fixtureServer, handleOf, temporaryHome, textOf } from '../../support/connectClient.ts';
import { callModern as call, modernClient } from '../../support/modernClient.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const SERVER = [...fixtureServer('keepsTasks.mjs'), 'stdio'];

function connect(home: string, policy: string) {
  return modernClient(home, '--policy', policy, '--', ...SERVER);
}

suite('a modern server’s own tasks (U3)', () => {
  test('a call stays open until the server’s task has ended', async (t) => {
    const client = await connect(temporaryHome(t), 'never');
    const path = join(await temporaryFolder(t), 'go');
    const result = call(client, 'wait_for_file', { path });
    appendFileSync(path, '');
    assert.equal(textOf(await result), `found ${path}`);
    assert.equal(textOf(await call(client, 'greet', { name: 'you' })), 'hello you');
    await assert.rejects(call(client, 'fail'), /the disk is full/);
  });

  test('P2 as a task of ours it has one handle, and is executed once', async (t) => {
    const home = temporaryHome(t);
    const client = await connect(home, 'always');
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
    const client = await connect(temporaryHome(t), 'never');
    client.setRequestHandler('elicitation/create', () => ({
      action: 'accept',
      content: { name: 'Ada' },
    }));
    assert.equal(textOf(await call(client, 'ask_name')), 'accept: Ada');
  });

  test('P6 a revocation cancels the server’s task', async (t) => {
    const home = temporaryHome(t);
    const client = await connect(home, 'always');
    const path = join(await temporaryFolder(t), 'go');
    const handle = handleOf(await call(client, 'wait_for_file', { path }));
    const [task] = await cliJson<TaskView[]>(['revoke', handle, '--home', home]);
    assert.equal(task?.reason?.level, 'cooperative');
    const next = handleOf(await call(client, 'greet', { name: 'you' }));
    assert.equal(textOf(await call(client, 'task_poll', { handle: next })), 'hello you');
  });
});
