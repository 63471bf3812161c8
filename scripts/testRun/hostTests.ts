import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { runInDesktop } from './desktopHost.ts';
import type { GroupOptions } from './groups.ts';
import { runInServer } from './serverHost.ts';
import { findTestFiles, ROOT } from './testFiles.ts';
import { readResults, type TestResult } from './testResult.ts';
import type { TestRun } from './testRun.ts';

const OUTPUT = join(ROOT, 'out/test-editor');
const SUITE = join(OUTPUT, 'runSuite.js');

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
    : runInServer({ workspace, suite: SUITE, env });
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
