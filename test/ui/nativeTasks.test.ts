import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerTasks } from '../support/editorHost/brokerTasks.ts';
import { startUi } from '../support/editorHost/uiStage.ts';
import { until } from '../support/editorHost/until.ts';

const SAMPLE = 'sample_build';

test('with native tasks on, VS Code follows the task itself and shows its status in the chat', async (t) => {
  const settings = { 'mcpTaskHandles.nativeTasks': 'optional' };
  const { editor, sitDown } = await startUi(t, { settings });
  const { page, view, chat } = await sitDown();
  await view.open();
  await page.getByRole('button', { name: 'Try a Sample' }).click();
  const answer = chat.ask(`call ${SAMPLE} {"seconds":20,"steps":20}`);
  await view.waitForDescription(SAMPLE, /\d+%/);
  const [task] = await brokerTasks(editor.home);
  assert.equal(task?.status, 'working', 'it is a task from its first moment');
  const session = page.locator('.interactive-session');
  const shown = async () => /Compiling\s\d+\sof\s20/.test((await session.textContent()) ?? '');
  await until(shown, { what: "the task's status in the chat" });
  const { output, error } = await answer;
  assert.equal(error, undefined);
  assert.match(output ?? '', /Built 20 of 20 files/);
  assert.doesNotMatch(output ?? '', /NOT THE RESULT YET/);
});
