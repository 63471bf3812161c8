import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markedProcesses } from '../support/editorHost/markedProcesses.ts';
import { PUBLISHED_SERVERS } from '../support/editorHost/publishedServers.ts';
import { runCommandByTitle, showNotification } from '../support/editorHost/quickInput.ts';
import { startUi } from '../support/editorHost/uiStage.ts';

const SERVERS = /server-everything|server-commands|sample\.js|cli\.js/;

test('Restricted Mode starts no server and says why', async (t) => {
  const { editor, sitDown } = await startUi(t, {
    servers: PUBLISHED_SERVERS,
    settings: {
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
      'mcpTaskHandles.servers': { byHand: PUBLISHED_SERVERS.everything },
    },
  });
  const { page, view } = await sitDown();
  await view.open();

  await page.getByText('This workspace is in Restricted Mode').waitFor();
  await runCommandByTitle(page, 'Agent Tasks: Try a Sample');
  await showNotification(page, 'Manage Workspace Trust');

  const started = markedProcesses(editor.mark).filter(({ command }) => SERVERS.test(command));
  assert.deepEqual(started, []);
});
