import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerTasks } from '../support/editorHost/brokerTasks.ts';
import { acceptNewWork, revokeEverything } from '../support/editorHost/killSwitch.ts';
import { waitForWorkbench } from '../support/editorHost/openWindow.ts';
import { pidIn, processStates } from '../support/editorHost/processStates.ts';
import { refusedItem } from '../support/editorHost/statusBar.ts';
import { startUi } from '../support/editorHost/uiStage.ts';
import { until } from '../support/editorHost/until.ts';

const SAMPLE = 'sample_build';

test('P6 P7 Revoke All ends everything and refuses new work, over a reload, until it is accepted', async (t) => {
  const { editor, sitDown } = await startUi(t);
  const { page, view, chat } = await sitDown();
  await view.open();
  await page.getByRole('button', { name: 'Try a Sample' }).click();
  await chat.ask(`call ${SAMPLE} {"seconds":100,"steps":50}`);
  await chat.ask(`call ${SAMPLE} {"seconds":101,"steps":50}`);
  await view.waitForDescription('seconds=101', /\d+%/);
  const pid = pidIn(await view.tooltipOf(SAMPLE));

  await revokeEverything(page);
  await until(() => processStates(pid).length === 0, { what: 'the server to be gone' });
  const ended = await brokerTasks(editor.home);
  assert.deepEqual(
    ended.map(({ status, reason }) => [status, reason?.by]),
    [
      ['cancelled', 'user'],
      ['cancelled', 'user'],
    ],
  );

  await page.reload();
  await waitForWorkbench(page);
  await view.open();
  await refusedItem(page).waitFor();
  await view.pane.getByText('New work refused').first().waitFor();
  const { output, error } = await chat.ask(`call ${SAMPLE} {"seconds":5,"steps":5}`);
  assert.match(output ?? error ?? '', /refused/i);
  assert.equal((await brokerTasks(editor.home)).length, 2, 'nothing has begun');

  await acceptNewWork(page);
  await chat.ask(`call ${SAMPLE} {"seconds":100,"steps":50}`);
  await view.waitForPercent(SAMPLE, 2);
});
