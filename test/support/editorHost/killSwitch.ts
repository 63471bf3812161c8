import type { Page } from 'playwright-core';
import { answerDialog, pick, runCommandByTitle, waitForStill } from './quickInput.ts';
import { refusedItem } from './statusBar.ts';

/** Called when there is something to see. */
type Shot = (name: string) => Promise<void>;

const noShot: Shot = async () => {};

/** Pulls the kill switch for everything, as a person does. */
export async function revokeEverything(page: Page, shot = noShot): Promise<void> {
  await runCommandByTitle(page, 'Agent Tasks: Revoke All Tasks');
  const first = page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ hasText: 'Every server' });
  await first.waitFor();
  await waitForStill(page);
  await shot('what-to-end');
  await pick(page, 'Every server');
  await page.locator('.monaco-dialog-box').waitFor();
  await shot('what-ends-and-what-is-refused');
  await answerDialog(page, 'Revoke All and Refuse');
  await refusedItem(page).waitFor();
}

/** Lifts the refusal by a click on the status bar. */
export async function acceptNewWork(page: Page, shot = noShot): Promise<void> {
  await refusedItem(page).click();
  const accept = page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ hasText: 'Accept New Work' });
  await accept.first().waitFor();
  await waitForStill(page);
  await shot('who-refuses');
  await pick(page, 'Accept New Work');
  await refusedItem(page).waitFor({ state: 'hidden' });
}
