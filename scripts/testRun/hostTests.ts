import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { openWindow } from '../../test/support/editorHost/openWindow.ts';
import { startEditor } from '../../test/support/editorHost/startEditor.ts';
import { runInDesktop } from './desktopHost.ts';
import type { GroupOptions } from './groups.ts';
import { findTestFiles, ROOT } from './testFiles.ts';
import { readResults, type TestResult } from './testResult.ts';
import type { TestRun } from './testRun.ts';

const OUTPUT = join(ROOT, 'out/test-editor');
const SUITE = join(OUTPUT, 'runSuite.js');
const DEADLINE_MS = 10 * 60_000;

/** The extension host loads CommonJS, so the suite is bundled; VS Code and mocha stay outside. */
async function bundleSuite(): Promise<void> {
  await rm(OUTPUT, { recursive: true, force: true });
  await build({
    entryPoints: [...findTestFiles('host'), 'test/editor/runSuite.ts'],
    absWorkingDir: ROOT,
    outdir: OUTPUT,
    outbase: 'test/editor',
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

/** The address parts that make VS Code load the extension from here and run the suite in it. */
function payloadQuery(url: string): string {
  const remote = (path: string) => `vscode-remote://${new URL(url).host}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(ROOT)],
    ['extensionTestsPath', remote(SUITE)],
  ];
  return `&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** The page calls these for the extension host; the second one when the suite has ended. */
async function exposeAutomation(page: Page, onExit: () => void): Promise<void> {
  await page.exposeFunction('codeAutomationLog', () => {});
  await page.exposeFunction('codeAutomationExit', onExit);
}

async function runInServer(workspace: string, env: Record<string, string>): Promise<void> {
  const editor = await startEditor({ workspace, env });
  try {
    const ended = new Promise<void>((resolve, reject) => {
      const prepare = (page: Page) => exposeAutomation(page, resolve);
      const query = payloadQuery(editor.url);
      openWindow(editor, { query, prepare }).catch(reject);
      setTimeout(() => reject(new Error('The suite in VS Code hangs.')), DEADLINE_MS).unref();
    });
    await ended;
  } finally {
    await editor.stop();
  }
}

/** Runs test/editor in a real extension host: VS Code's server build, or a desktop by choice. */
export async function runHostTests(run: TestRun, options: GroupOptions): Promise<TestResult[]> {
  await bundleSuite();
  const workspace = await mkdtemp(join(run.folder, 'workspace-'));
  await mkdir(join(workspace, '.vscode'));
  const output = join(run.folder, 'host.jsonl');
  const env = { ...run.env, TH_HOST_RESULTS: output };
  const failures: TestResult[] = [];
  const runSuite = options.isDesktop
    ? runInDesktop({ workspace, suite: SUITE, env, home: join(run.folder, 'home') })
    : runInServer(workspace, env);
  await runSuite.catch((error: Error) => {
    failures.push({ file: 'test/editor', name: 'ends', outcome: 'failed', message: error.message });
  });
  const results = readResults(output);
  if (results.length === 0) {
    const message = 'No test of test/editor has ended.';
    failures.push({ file: 'test/editor', name: 'ends', outcome: 'failed', message });
  }
  return [...results, ...failures];
}
