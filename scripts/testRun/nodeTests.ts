import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../../test/support/editorHost/until.ts';
import { findTestFiles, ROOT, type TestFolder } from './testFiles.ts';
import { readResults, type TestResult } from './testResult.ts';
import type { TestRun } from './testRun.ts';

export interface NodeTestOptions {
  readonly folder: TestFolder;
  readonly concurrency: number;
  /** For one file. */
  readonly fileTimeoutMs: number;
  /** For all of them. */
  readonly deadlineMs: number;
  readonly env?: NodeJS.ProcessEnv;
}

function argumentsOf(options: NodeTestOptions, files: readonly string[], output: string) {
  return [
    ...['--import', 'tsx', '--test', `--test-concurrency=${options.concurrency}`],
    `--test-timeout=${options.fileTimeoutMs}`,
    `--test-reporter=${join(ROOT, 'scripts/testRun/resultReporter.mjs')}`,
    `--test-reporter-destination=${output}`,
    ...files,
  ];
}

function silentFiles(files: readonly string[], results: readonly TestResult[]): TestResult[] {
  const heard = new Set(results.map(({ file }) => file));
  const isSilent = (file: string) => !heard.has(file);
  const message = 'No test of it has ended: it holds none, or it hangs.';
  return files.filter(isSilent).map((file) => ({
    file,
    name: '(the file)',
    outcome: 'failed',
    message,
  }));
}

/** Runs a folder's files with `node --test`; every file has a result, a hung one a failed one. */
export async function runNodeTests(run: TestRun, options: NodeTestOptions): Promise<TestResult[]> {
  const files = findTestFiles(options.folder);
  const output = join(run.folder, `${options.folder}.jsonl`);
  const child = spawn(process.execPath, argumentsOf(options, files, output), {
    cwd: ROOT,
    env: { ...process.env, ...options.env, ...run.env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const what = `${options.folder} tests to end`;
  const failures: TestResult[] = [];
  await until(hasEnded, { what, deadlineMs: options.deadlineMs }).catch((error: Error) => {
    child.kill('SIGKILL');
    failures.push({ file: '', name: options.folder, outcome: 'failed', message: error.message });
  });
  const results = readResults(output);
  process.stdout.write('\n');
  const all = [...results, ...silentFiles(files, results), ...failures];
  const isUnexplained = child.exitCode !== 0 && all.every(({ outcome }) => outcome !== 'failed');
  const message = `node --test ended with ${child.exitCode}, though no test failed.`;
  if (isUnexplained) all.push({ file: '', name: options.folder, outcome: 'failed', message });
  return all;
}
