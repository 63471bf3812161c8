import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerTasks } from '../support/editorHost/brokerTasks.ts';
import { isSameProcess, markedProcesses } from '../support/editorHost/markedProcesses.ts';
import { waitForWorkbench } from '../support/editorHost/openWindow.ts';
import { PUBLISHED_SERVERS } from '../support/editorHost/publishedServers.ts';
import { runCommandByTitle } from '../support/editorHost/quickInput.ts';
import { trackServer } from '../support/editorHost/trackServer.ts';
import { startUi } from '../support/editorHost/uiStage.ts';
import { until } from '../support/editorHost/until.ts';

const LONG = 'trigger-long-running-operation';
const COMMAND = 'run_command';
const NAP = `400.${process.pid}`;

test('P5 P6 a tracked task survives the reload and dies by one click', async (t) => {
  const { editor, sitDown } = await startUi(t, { servers: PUBLISHED_SERVERS });
  const { page, view, chat } = await sitDown();
  await view.open();
  await page.getByRole('button', { name: 'Track an MCP Server' }).click();
  await trackServer(page, 'everything');
  await runCommandByTitle(page, 'Agent Tasks: Track MCP Server');
  await trackServer(page, 'commands');
  await view.open();

  const command = `sleep ${NAP} & sleep ${NAP} & wait`;
  await chat.ask(`call ${COMMAND} ${JSON.stringify({ command })}`);
  await chat.ask(`call ${LONG} {"duration":60,"steps":30}`);
  const before = await view.waitForPercent(LONG, 1);
  const handles = (await brokerTasks(editor.home)).map(({ handle }) => handle).sort();
  assert.equal(handles.length, 2);

  await page.reload();
  await waitForWorkbench(page);
  await view.open();
  await view.waitForPercent(LONG, before + 1);
  const after = await brokerTasks(editor.home);
  assert.deepEqual(after.map(({ handle }) => handle).sort(), handles);
  const long = after.find(({ tool }) => tool === LONG);
  assert.match(await view.tooltipOf(LONG), new RegExp(long?.handle ?? 'none'));

  const processes = markedProcesses(editor.mark).filter((facts) => facts.command.includes(NAP));
  assert.equal(processes.length, 3, 'a shell and its two children');
  await view.clickInline(COMMAND, /Revoke/);
  await until(() => !processes.some(isSameProcess), { what: 'the processes to be gone' });
  await view.waitForDescription(COMMAND, /revoked/);
  const revoked = (await brokerTasks(editor.home)).find(({ tool }) => tool === COMMAND);
  assert.equal(revoked?.status, 'cancelled');
  assert.equal(revoked?.reason?.by, 'user');
});
