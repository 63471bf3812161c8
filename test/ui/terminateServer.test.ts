import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { brokerTasks } from '../support/editorHost/brokerTasks.ts';
import { pidIn, processStates } from '../support/editorHost/processStates.ts';
import { answerDialog, showNotification } from '../support/editorHost/quickInput.ts';
import { trackServer } from '../support/editorHost/trackServer.ts';
import { startUi } from '../support/editorHost/uiStage.ts';
import { until } from '../support/editorHost/until.ts';

const FIXTURE = join(import.meta.dirname, '../fixtures/mcp/ignoresCancelInside.mjs');
const SERVERS = { stubborn: { type: 'stdio', command: 'node', args: [FIXTURE] } };

test('P6 a server that ignores a cancel is told of, and terminated after naming what else ends', async (t) => {
  const { editor, sitDown } = await startUi(t, { servers: SERVERS });
  const { page, view, chat } = await sitDown();
  await view.open();
  await page.getByRole('button', { name: 'Track an MCP Server' }).click();
  await trackServer(page, 'stubborn');
  await view.open();
  await chat.ask('call hang {"which":"first"}');
  await chat.ask('call hang {"which":"second"}');
  await view.waitForDescription('second', /\d+s/);
  const pid = pidIn(await view.tooltipOf('first'));

  await view.clickInline('first', /Revoke/);
  await answerDialog(page, 'Revoke Only This');
  await view.waitForDescription('first', /may be working still/);
  assert.equal(processStates(pid).length, 1, 'it serves the other');

  await (await showNotification(page, 'Terminate Server')).click();
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.getByText('hang · second').waitFor();
  await answerDialog(page, 'Terminate Server');
  await until(() => processStates(pid).length === 0, { what: 'the server to be gone' });
  await view.waitForDescription('second', /revoked/);
  const byForce = async () => {
    const tasks = await brokerTasks(editor.home);
    return (
      tasks.every(({ reason }) => !['cooperative', undefined].includes(reason?.level)) && tasks
    );
  };
  const ended = await until(byForce, { what: 'the end of both to be told' });
  assert.deepEqual(
    ended.map(({ status, reason }) => [status, reason?.by, reason?.level]),
    [
      ['cancelled', 'user', 'terminated'],
      ['cancelled', 'user', 'terminated'],
    ],
  );
});
