import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerTasks } from '../support/editorHost/brokerTasks.ts';
import { waitForWorkbench } from '../support/editorHost/openWindow.ts';
import { pidIn, processStates } from '../support/editorHost/processStates.ts';
import { startUi } from '../support/editorHost/uiStage.ts';
import { until } from '../support/editorHost/until.ts';

const SAMPLE = 'sample_build';

test('P9 a task with a process of its own is paused by a click, stays so over a reload, and goes on', async (t) => {
  const settings = { 'mcpTaskHandles.isolation': 'perCall' };
  const { editor, sitDown } = await startUi(t, { settings });
  const { page, view, chat } = await sitDown();
  await view.open();
  await page.getByRole('button', { name: 'Try a Sample' }).click();
  await chat.ask(`call ${SAMPLE} {"seconds":100,"steps":100}`);
  await view.waitForPercent(SAMPLE, 2);
  const pid = pidIn(await view.tooltipOf(SAMPLE));
  const stopped = () => processStates(pid).map(({ state }) => state === 'T');

  await view.clickInline(SAMPLE, /Pause Task/);
  const { description, spoken } = await view.waitForDescription(SAMPLE, /^paused · \d+%/);
  assert.match(spoken, /, paused, \d+ percent/);
  await until(() => stopped().length > 0 && stopped().every(Boolean), { what: 'it to stand' });
  const [paused] = await brokerTasks(editor.home);
  assert.deepEqual([paused?.status, paused?.paused], ['working', true]);

  await page.reload();
  await waitForWorkbench(page);
  await view.open();
  const after = await view.waitForDescription(SAMPLE, /^paused · \d+%/);
  assert.equal(after.description, description, 'neither percent nor clock has moved');

  const before = (await view.percentOf(SAMPLE)) ?? 0;
  await view.clickInline(SAMPLE, /Resume Task/);
  await view.waitForPercent(SAMPLE, before + 2);
  assert.ok(stopped().every((isStopped) => !isStopped));
  const [resumed] = await brokerTasks(editor.home);
  assert.equal(resumed?.paused, false);
});
