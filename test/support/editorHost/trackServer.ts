import type { Page } from 'playwright-core';
import { answerDialog, hideNotifications, pick, showNotification } from './quickInput.ts';

export interface TrackOptions {
  /** What to say to "both are on". */
  readonly original?: 'Disable the Original' | 'Keep Both';
  /** Called when there is something to see. */
  readonly shot?: (name: string) => Promise<void>;
}

/** From the open picker: chooses a server of the workspace, agrees to its command, answers. */
export async function trackServer(
  page: Page,
  name: string,
  { original = 'Disable the Original', shot = async () => {} }: TrackOptions = {},
): Promise<void> {
  const entries = page.locator('.quick-input-list .monaco-list-row');
  await entries.filter({ hasText: name }).first().waitFor();
  await shot(`pick-${name}`);
  await pick(page, name);
  await page.locator('.monaco-dialog-box').waitFor();
  await shot(`consent-${name}`);
  await answerDialog(page, 'Allow and Track');
  const answer = await showNotification(page, original);
  await shot(`both-on-${name}`);
  await answer.click();
  if (original === 'Disable the Original') await showNotification(page, 'Undo');
  await hideNotifications(page);
}
