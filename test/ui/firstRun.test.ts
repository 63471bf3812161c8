import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showNotification } from '../support/editorHost/quickInput.ts';
import { startUi } from '../support/editorHost/uiStage.ts';

const SAMPLE = 'sample_build';

test('a person tries the sample from the empty view', async (t) => {
  const { page, view, chat } = await (await startUi(t)).sitDown();
  await view.open();
  await page.getByText("Your agents' long tool calls appear here.").waitFor();
  await page.getByRole('button', { name: 'Try a Sample' }).click();
  await (await showNotification(page, 'Ask in Chat')).click();
  const prefilled = page.locator('.interactive-input-editor .view-line', { hasText: SAMPLE });
  await prefilled.first().waitFor();
  await page.getByRole('button', { name: 'Track Another MCP Server' }).waitFor();

  const { output } = await chat.ask(`call ${SAMPLE} {"seconds":20}`);

  assert.match(output ?? '', /NOT THE RESULT YET.*th_/);
  const first = await view.waitForPercent(SAMPLE, 1);
  const later = await view.waitForPercent(SAMPLE, first + 1);
  assert.ok(later < 100, 'never 100 before the end');
  const seen = await view.waitForDescription(SAMPLE, /\bdone\b/);
  assert.match(seen.description, /not collected/);
});
