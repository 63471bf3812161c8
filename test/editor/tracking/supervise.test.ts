import assert from 'node:assert/strict';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import {
  answerOf,
  approveEverything,
  toolNamed,
  toolsNamed,
} from '../../support/editorHost/liveTools.ts';
import { until } from '../../support/editorHost/until.ts';
import { activeExtension } from '../view/scriptedAgent.ts';

async function switchSupervision(isOn: boolean | undefined): Promise<void> {
  const settings = vscode.workspace.getConfiguration('mcpTaskHandles');
  await settings.update('supervise.enabled', isOn, vscode.ConfigurationTarget.Global);
}

suite('the server for supervisor agents', () => {
  const approval = vscode.workspace.getConfiguration('chat.tools.global').inspect('autoApprove');

  suiteSetup(async () => {
    await activeExtension();
    await approveEverything(false);
  });

  suiteTeardown(async () => {
    await switchSupervision(undefined);
    await approveEverything(approval?.globalValue);
  });

  test('is there when the person has switched it on, and answers', async () => {
    assert.deepEqual(toolsNamed('_list_tasks'), []);
    await switchSupervision(true);
    assert.match(await answerOf(await toolNamed('_list_tasks')), /live task/);
  });

  test('goes when it is switched off', async () => {
    await switchSupervision(false);
    await until(() => toolsNamed('_list_tasks').length === 0, { what: 'the tools to go away' });
  });
});
