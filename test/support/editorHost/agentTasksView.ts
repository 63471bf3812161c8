import type { Locator, Page } from 'playwright-core';
import { until } from './until.ts';

/** A row as a person reads it. */
export interface SeenTask {
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly spoken: string;
}

/** A person at the Agent Tasks view. */
export class AgentTasksView {
  constructor(private readonly page: Page) {}

  get pane(): Locator {
    return this.page.locator('.part.sidebar');
  }

  /** Opens the view by its icon in the activity bar; a click on one that is open would close it. */
  async open(): Promise<void> {
    const icon = this.page.locator('.part.activitybar').getByRole('tab', { name: /Agent Tasks/ });
    await icon.first().waitFor();
    const heading = this.pane.getByRole('heading', { name: /Agent Tasks/i });
    const isOpen = async () => {
      if (await heading.isVisible()) return true;
      if ((await icon.first().getAttribute('aria-selected')) !== 'true') await icon.first().click();
      return heading.isVisible();
    };
    await until(isOpen, { what: 'the Agent Tasks view to open' });
  }

  /** By what is said of it: what is drawn may be cut. */
  row(text: string): Locator {
    return this.pane.locator(`.monaco-list-row[aria-label*=${JSON.stringify(text)}]`);
  }

  async tasks(): Promise<SeenTask[]> {
    const rows = await this.pane.locator('.monaco-list-row').all();
    return Promise.all(rows.map(seenTask));
  }

  /** The percent that the row's description starts with, or nothing. */
  async percentOf(text: string): Promise<number | undefined> {
    const row = this.row(text).first();
    if (!(await row.isVisible())) return undefined;
    const percent = /(\d+)%/.exec((await seenTask(row)).description)?.[1];
    return percent === undefined ? undefined : Number(percent);
  }

  async waitForPercent(text: string, atLeast: number): Promise<number> {
    const reached = async () => {
      const percent = await this.percentOf(text);
      return percent !== undefined && percent >= atLeast && percent;
    };
    return until(reached, { what: `${text} to show ${atLeast}%`, deadlineMs: 60_000 });
  }

  async waitForDescription(text: string, pattern: RegExp): Promise<SeenTask> {
    const fits = async () => {
      const rows = await this.row(text).all();
      const seen = await Promise.all(rows.map(seenTask));
      return seen.find(({ description }) => pattern.test(description));
    };
    return until(fits, { what: `${text} to show ${pattern}`, deadlineMs: 60_000 });
  }

  /** What shows when the mouse rests on the row; a row that is redrawn meanwhile shows nothing. */
  tooltipOf(text: string): Promise<string> {
    const tooltip = this.page.locator('.workbench-hover-container').filter({ hasText: /th_/ });
    const look = async () => {
      await this.lookAway();
      await this.row(text).first().hover();
      await tooltip.first().waitFor({ timeout: 2000 });
      return tooltip.first().textContent();
    };
    return until(() => look().catch(() => ''), { what: `the tooltip of ${text}` });
  }

  /** Takes the mouse off the rows, and with it what shows there. */
  async lookAway(): Promise<void> {
    await this.page.mouse.move(700, 700);
  }

  /** Drags the side bar's border, for rows that are long. */
  async widen(toX = 620): Promise<void> {
    const box = await this.pane.boundingBox();
    if (box === null) throw new Error('The side bar is closed.');
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width, y);
    await this.page.mouse.down();
    await this.page.mouse.move(toX, y, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Clicks an inline button of a row, which shows when the row is under the mouse. */
  async clickInline(text: string, action: string | RegExp): Promise<void> {
    const row = this.row(text).first();
    await row.hover();
    await row.getByRole('button', { name: action }).first().click();
  }
}

async function seenTask(row: Locator): Promise<SeenTask> {
  const text = async (part: string) => {
    const found = row.locator(part).first();
    return (await found.count()) === 0 ? '' : ((await found.textContent()) ?? '');
  };
  return {
    label: await text('.label-name'),
    description: await text('.label-description'),
    spoken: (await row.getAttribute('aria-label')) ?? '',
  };
}
