import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brokerTasks } from '../support/editorHost/brokerTasks.ts';
import {
  hideNotifications,
  runCommandByTitle,
  showNotification,
} from '../support/editorHost/quickInput.ts';
import { startUi } from '../support/editorHost/uiStage.ts';
import { until } from '../support/editorHost/until.ts';

const SAMPLE = 'sample_build';

test('P8 P9 a person is asked at 80 % of a limit, gives more time, and finds that in the audit', async (t) => {
  const settings = { 'mcpTaskHandles.totalTimeoutMs': 25_000 };
  const { editor, sitDown } = await startUi(t, { settings });
  const { page, view, chat } = await sitDown();
  await view.open();
  await page.getByRole('button', { name: 'Try a Sample' }).click();
  await chat.ask(`call ${SAMPLE} {"seconds":120,"steps":60}`);
  await (await showNotification(page, 'Extend')).click();
  await hideNotifications(page);
  assert.match(await view.tooltipOf(SAMPLE), /of 50 s/);

  await view.waitForDescription(SAMPLE, /stopped|too long|timed out|time/i);
  const ladderEnded = async () =>
    (await brokerTasks(editor.home)).find(({ reason }) => reason?.level !== undefined);
  const task = await until(ladderEnded, { what: 'its processes to be ended' });
  assert.deepEqual([task.reason?.code, task.reason?.by], ['total_timeout', 'policy']);

  await runCommandByTitle(page, 'Agent Tasks: Export Audit Trail');
  const path = join(editor.folder, 'audit.ndjson');
  const input = page.locator('.quick-input-widget .quick-input-filter input');
  // The dialog takes the palette's place: its name is what tells them apart.
  const isDialog = async () => /agent-tasks-audit\.ndjson$/.test(await input.inputValue());
  await until(() => isDialog().catch(() => false), { what: 'the save dialog' });
  await input.fill(path);
  // While it reads the folder the dialog takes no answer.
  const ok = page.locator('.quick-input-widget').getByRole('button', { name: 'OK' });
  const exported = async () => {
    if (await ok.isVisible()) await ok.click({ timeout: 1_000 }).catch(() => {});
    return rowsIn(path);
  };
  const rows = await until(exported, { what: 'the exported audit trail' });
  const ours = rows.filter(({ handle }) => handle === task.handle);
  assert.deepEqual(
    ours.map(({ action }) => action),
    ['created', 'extended', 'timed_out', 'revocation_ended'],
  );
  assert.equal(ours[1]?.principal.door, 'user');
});

interface ExportedRow {
  readonly handle: string;
  readonly action: string;
  readonly principal: { readonly door: string };
}

function rowsIn(path: string): ExportedRow[] | undefined {
  try {
    return readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ExportedRow);
  } catch {
    return undefined;
  }
}
