import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrowserServer, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../../../scripts/devTools/chromium.ts';
import type { Editor } from './startEditor.ts';

const WORKBENCH_DEADLINE_MS = 60_000;

/** No connection of its own: on a closed network each would be a storm of failing look-ups. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** A VS Code window in a browser of its own. */
export interface EditorWindow {
  readonly page: Page;
  /** Ends the browser as a crash does: no unload, nothing is told to the server. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

async function launchBrowser(editor: Editor): Promise<BrowserServer> {
  const { name, value } = editor.mark;
  // A browser that is killed leaves its files; here they go with the editor's.
  const temporary = join(editor.folder, 'browser');
  await mkdir(temporary, { recursive: true });
  return chromium.launchServer({
    executablePath: await chromiumPath(),
    args: FLAGS,
    env: { ...process.env, TMPDIR: temporary, [name]: value },
  });
}

/** Waits until the workbench stands, as after a reload too. */
export async function waitForWorkbench(page: Page): Promise<void> {
  await page.waitForSelector('.monaco-workbench', { timeout: WORKBENCH_DEADLINE_MS });
  await page.waitForSelector('.statusbar-item', { timeout: WORKBENCH_DEADLINE_MS });
}

export interface WindowOptions {
  /** Added to the address. */
  readonly query?: string;
  /** Called before the page goes to VS Code. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/** Opens VS Code in a browser of its own. */
export async function openWindow(
  editor: Editor,
  { query = '', prepare }: WindowOptions = {},
): Promise<EditorWindow> {
  const server = await launchBrowser(editor);
  try {
    const browser = await chromium.connect(server.wsEndpoint());
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    await prepare?.(page);
    await page.goto(editor.url + query);
    await waitForWorkbench(page);
    return { page, kill: () => server.kill(), close: () => server.close() };
  } catch (error) {
    await server.kill();
    throw error;
  }
}
