import type { Page } from 'playwright-core';
import { openWindow } from '../../test/support/editorHost/openWindow.ts';
import { startEditor } from '../../test/support/editorHost/startEditor.ts';
import { ROOT } from './testFiles.ts';

export interface ServerRun {
  readonly workspace: string;
  /** A CommonJS file whose `run()` is called in the extension host. */
  readonly suite: string;
  readonly env: Readonly<Record<string, string>>;
}

const DEADLINE_MS = 10 * 60_000;

/** Loads the extension from its folder in VS Code's server build and runs a suite beside it. */
export async function runInServer({ workspace, suite, env }: ServerRun): Promise<void> {
  const editor = await startEditor({ workspace, env });
  try {
    const ended = new Promise<void>((resolve, reject) => {
      const prepare = (page: Page) => exposeAutomation(page, resolve);
      const query = payloadQuery(editor.url, suite);
      openWindow(editor, { query, prepare }).catch(reject);
      setTimeout(() => reject(new Error('The suite in VS Code hangs.')), DEADLINE_MS).unref();
    });
    await ended;
  } finally {
    await editor.stop();
  }
}

/** The address parts that make VS Code load the extension from here and run the suite in it. */
function payloadQuery(url: string, suite: string): string {
  const remote = (path: string) => `vscode-remote://${new URL(url).host}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(ROOT)],
    ['extensionTestsPath', remote(suite)],
  ];
  return `&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** The page calls these for the extension host; the second one when the suite has ended. */
async function exposeAutomation(page: Page, onExit: () => void): Promise<void> {
  await page.exposeFunction('codeAutomationLog', () => {});
  await page.exposeFunction('codeAutomationExit', onExit);
}
