import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { resolveHome } from '../../../src/brokerApi/home.ts';
import { until } from '../../support/editorHost/until.ts';
import { activeExtension, ScriptedAgent } from './scriptedAgent.ts';

const run = (command: string, ...args: unknown[]) =>
  vscode.commands.executeCommand(`mcpTaskHandles.${command}`, ...args);

suite('agent tasks in the window', () => {
  let agent: ScriptedAgent;

  suiteSetup(async () => {
    agent = await ScriptedAgent.start(await activeExtension());
  });

  suiteTeardown(async () => {
    await agent?.stop();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('shows a task of an agent with its percent', async () => {
    const { id } = await agent.startTask();
    const row = await agent.rowWhen(id, ({ percent }) => percent === 25);
    assert.equal(row.tool, 'wait_for_file');
    assert.equal(row.message, 'waiting');
    agent.endTask();
    await agent.rowWhen(id, ({ status }) => status === 'completed');
  });

  test('opens a result as a document nobody can change', async () => {
    const { id } = await agent.startTask();
    agent.endTask();
    await agent.rowWhen(id, ({ hasResult }) => hasResult);
    await run('showResult', id);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'mcp-task-result');
    assert.match(document?.getText() ?? '', /Status: done[\s\S]*found .*end-/);
    assert.equal(vscode.workspace.fs.isWritableFileSystem('mcp-task-result'), undefined);
    await agent.rowWhen(id, ({ collected }) => collected);
  });

  test('P6 revokes a task without a question', async () => {
    const { id } = await agent.startTask();
    await run('revokeTask', { kind: 'row', id });
    const row = await agent.rowWhen(id, ({ status }) => status === 'cancelled');
    assert.deepEqual([row.reason?.code, row.reason?.by], ['revoked', 'user']);
  });

  test('gives terminals a command that reaches the broker', async () => {
    const launcher = join(resolveHome().bin, 'mcp-task-handles');
    const status = await until(
      () => {
        try {
          return execFileSync(launcher, ['broker', 'status', '--json'], { encoding: 'utf8' });
        } catch {
          return undefined;
        }
      },
      { what: `${launcher} to answer`, everyMs: 500 },
    );
    assert.equal(JSON.parse(status).home, resolveHome().root);
  });

  test('shows running tasks in a quick pick that can be left', async () => {
    await run('showTasks');
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });
});
