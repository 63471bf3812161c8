import type { Page } from 'playwright-core';
import { answerDialog, answerNotification, hideNotifications, pick } from './quickInput.ts';

/** From the open picker: chooses a server, agrees to its command, switches its original off. */
export async function trackServer(
  page: Page,
  name: string,
  shot: (name: string) => Promise<void> = async () => {},
): Promise<void> {
  await page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ hasText: name })
    .first()
    .waitFor();
  await shot(`pick-${name}`);
  await pick(page, name);
  await page.locator('.monaco-dialog-box').waitFor();
  await shot(`consent-${name}`);
  await answerDialog(page, 'Allow and Track');
  await answerNotification(page, 'Disable the Original');
  await page.getByText(`\`${name}\` is commented out`).first().waitFor();
  await shot(`original-off-${name}`);
  await hideNotifications(page);
}
