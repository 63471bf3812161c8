import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { rawRemote } from '../../fixtures/mcp/remote/rawRemote.ts';
import { until } from '../../support/editorHost/until.ts';
import { activeExtension } from '../view/scriptedAgent.ts';

/** What `rawRemote` answers by itself is all that is asked here. */
const knowsOneTool = rawRemote(({ response }) => void response.writeHead(405).end());

const START = 'workbench.mcp.startServer';

/** What a person writes by hand; the editor's own variable shows that we resolve it. */
async function writeServers(servers: object | undefined): Promise<void> {
  const settings = vscode.workspace.getConfiguration('mcpTaskHandles');
  await settings.update('servers', servers, vscode.ConfigurationTarget.Global);
}

/** With it on the editor asks once whether that is meant, and a test cannot answer dialogs. */
async function approveEverything(value: unknown): Promise<void> {
  const chat = vscode.workspace.getConfiguration('chat.tools.global');
  await chat.update('autoApprove', value, vscode.ConfigurationTarget.Global);
}

async function startServers(): Promise<void> {
  await vscode.commands.executeCommand(START, '*', {
    promptType: 'all-untrusted',
    autoTrustChanges: true,
    waitForLiveTools: true,
  });
}

/** Live tools of MCP servers whose names end so; the editor cuts and numbers what stands before. */
function toolsNamed(end: string): vscode.LanguageModelToolInformation[] {
  return vscode.lm.tools.filter(({ name }) => name.startsWith('mcp_') && name.endsWith(end));
}

async function toolNamed(end: string): Promise<vscode.LanguageModelToolInformation> {
  const find = async () => {
    await startServers();
    return toolsNamed(end)[0];
  };
  return until(find, { what: `the tool ${end}`, everyMs: 500 });
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
    // Read-only, so the editor asks nobody: there is nobody to ask in a test.
    const poll = await toolNamed('_task_poll');
    const { content } = await vscode.lm.invokeTool(poll.name, {
      input: {},
      toolInvocationToken: undefined,
    });
    const text = content.map((part) => JSON.stringify(part)).join('');
    assert.match(text, /tasks/);
  });

  test('go away when they leave the setting', async () => {
    await writeServers(undefined);
    await until(() => toolsNamed('_sample_build').length === 0, { what: 'the tools to go away' });
  });
});
