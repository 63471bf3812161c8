import type { Locator, Page } from 'playwright-core';

/** What the status bar says of new work that is refused. */
export function refusedItem(page: Page): Locator {
  return page.locator('.part.statusbar .statusbar-item').filter({ hasText: 'New work refused' });
}
