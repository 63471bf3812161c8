import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { brokerTasks, recordFiles } from '../support/editorHost/brokerTasks.ts';
import { startUi } from '../support/editorHost/uiStage.ts';

const SAMPLE = 'sample_build';
const HANDLE = /th_[a-z2-7]{26}/g;

test('P2 P5 a window that takes over from a killed one shows the same tasks', async (t) => {
  const { editor, sitDown } = await startUi(t);
  const lost = await sitDown();
  await lost.view.open();
  await lost.page.getByRole('button', { name: 'Try a Sample' }).click();
  await lost.chat.ask(`call ${SAMPLE} {"seconds":120,"steps":60}`);
  const before = await lost.view.waitForPercent(SAMPLE, 1);
  const [task] = await brokerTasks(editor.home);
  assert.ok(task);

  await lost.window.kill();
  const next = await sitDown();
  await next.view.open();
  await next.view.waitForPercent(SAMPLE, before + 1);

  assert.match(await next.view.tooltipOf(SAMPLE), new RegExp(task.handle));
  assert.equal((await next.view.tasks()).length, 1, 'one row');
  assert.deepEqual(
    (await brokerTasks(editor.home)).map(({ handle }) => handle),
    [task.handle],
  );
  const files = recordFiles(editor.folder).filter((file) =>
    readFileSync(file, 'utf8').includes('th_'),
  );
  assert.equal(files.length, 1, `one datafile, not ${files}`);
  const handles = readFileSync(files[0] ?? '', 'utf8').match(HANDLE);
  assert.deepEqual([...new Set(handles)], [task.handle]);

  await next.view.clickInline(SAMPLE, /Revoke/);
  await next.view.waitForDescription(SAMPLE, /revoked/);
});
