import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { rawRemote } from '../../fixtures/mcp/remote/rawRemote.ts';
import {
  answerOf,
  approveEverything,
  toolNamed,
  toolsNamed,
} from '../../support/editorHost/liveTools.ts';
import { until } from '../../support/editorHost/until.ts';
import { activeExtension } from '../view/scriptedAgent.ts';

/** What `rawRemote` answers by itself is all that is asked here. */
const knowsOneTool = rawRemote(({ response }) => void response.writeHead(405).end());

/** What a person writes by hand; the editor's own variable shows that we resolve it. */
async function writeServers(servers: object | undefined): Promise<void> {
  const settings = vscode.workspace.getConfiguration('mcpTaskHandles');
  await settings.update('servers', servers, vscode.ConfigurationTarget.Global);
}

suite('servers of the setting mcpTaskHandles.servers', () => {
  const headers: unknown[] = [];
  const remote = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      headers.push(request.headers['x-tracked-by']);
      knowsOneTool(request, body, response);
    });
  });
  const approval = vscode.workspace.getConfiguration('chat.tools.global').inspect('autoApprove');

  suiteSetup(async () => {
    await approveEverything(false);
    const { extensionPath } = await activeExtension();
    remote.listen(0, '127.0.0.1');
    await once(remote, 'listening');
    await writeServers({
      broken: { args: ['no command'] },
      byHand: {
        command: process.execPath,
        args: [join(extensionPath, 'dist', 'sample.js')],
        env: { TRACKED_BY: `${'$'}{workspaceFolderBasename}` },
      },
      remote: {
        url: `http://127.0.0.1:${(remote.address() as AddressInfo).port}/mcp`,
        headers: { 'X-Tracked-By': `${'$'}{workspaceFolderBasename}` },
      },
    });
  });

  suiteTeardown(async () => {
    await writeServers(undefined);
    await approveEverything(approval?.globalValue);
    remote.closeAllConnections();
    remote.close();
  });

  test('are published as twins, a broken one hides none', async () => {
    const build = await toolNamed('_sample_build');
    assert.ok(build);
    await toolNamed('_task_poll');
  });

  test('are reached over HTTP where they have a url, with their headers', async () => {
    await toolNamed('_run');
    const folder = vscode.workspace.workspaceFolders?.[0]?.name;
    assert.deepEqual([...new Set(headers)], [folder]);
  });

  test('answer through the broker', async () => {
    const text = await answerOf(await toolNamed('_task_poll'));
    assert.match(text, /tasks/);
  });

  test('go away when they leave the setting', async () => {
    await writeServers(undefined);
    await until(() => toolsNamed('_sample_build').length === 0, { what: 'the tools to go away' });
  });
});
