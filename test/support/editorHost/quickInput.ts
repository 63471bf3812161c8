import type { Locator, Page } from 'playwright-core';
import { until } from './until.ts';

/** Runs a command by its title, as a person does with F1. */
export async function runCommandByTitle(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget .quick-input-filter input').waitFor();
  await page.keyboard.insertText(title);
  await pick(page, title);
}

/** Clicks the entry of the open picker that has the text. */
export async function pick(page: Page, text: string | RegExp): Promise<void> {
  const entry = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text });
  await entry.first().click();
}

/** Waits till the picker has faded in: before that it is half to be seen. */
export async function waitForStill(page: Page): Promise<void> {
  await page.evaluate(`Promise.allSettled(
    document.getAnimations().filter(({ playState }) => playState === 'running' )
      .filter(({ effect }) => effect.getComputedTiming().iterations !== Infinity)
      .map(({ finished }) => finished)).then(() => true)`);
}

/** Clicks a button of the open dialog. */
export async function answerDialog(page: Page, name: string | RegExp): Promise<void> {
  await page.locator('.monaco-dialog-box').getByRole('button', { name }).click();
}

/** Waits for a notification with such a button; opens their list, as toasts come and go. */
export async function showNotification(page: Page, button: string | RegExp): Promise<Locator> {
  const found = page.locator('.notifications-center .notification-list-item').filter({
    has: page.getByRole('button', { name: button }),
  });
  const isShown = async () => {
    if (await found.first().isVisible()) return true;
    const center = page.locator('.notifications-center.visible');
    if (!(await center.isVisible())) {
      await runCommandByTitle(page, 'Notifications: Show Notifications');
    }
    return found.first().isVisible();
  };
  await until(isShown, { what: `a notification with ${button}` });
  return found.first().getByRole('button', { name: button });
}

/** Closes the list of notifications, which lies over the chat; they themselves stay. */
export async function hideNotifications(page: Page): Promise<void> {
  const center = page.locator('.notifications-center.visible');
  if (!(await center.isVisible())) return;
  await center.getByRole('button', { name: /^Hide Notifications/ }).click();
  await center.waitFor({ state: 'hidden' });
}
