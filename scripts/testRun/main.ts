import { killMarked } from '../../test/support/editorHost/markedProcesses.ts';
import { type GroupOptions, groups } from './groups.ts';
import type { TestResult } from './testResult.ts';
import { endTestRun, startTestRun, type TestRun, takeLeaks } from './testRun.ts';

function count(results: readonly TestResult[], outcome: TestResult['outcome']): number {
  return results.filter((result) => result.outcome === outcome).length;
}

function failureOf(group: string, error: unknown): TestResult {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { file: '', name: `the ${group} tests run`, outcome: 'failed', message };
}

function printFailures(results: readonly TestResult[]): void {
  for (const { file, name, message } of results.filter(({ outcome }) => outcome === 'failed')) {
    console.log(`✖ ${file} › ${name}\n${(message ?? '').replaceAll(/^/gm, '    ')}\n`);
  }
}

async function runGroup(run: TestRun, name: string, options: GroupOptions) {
  const startedAt = Date.now();
  const results =
    (await groups[name]?.(run, options).catch((error) => [failureOf(name, error)])) ?? [];
  results.push(...(await takeLeaks(run, name)));
  if (results.length === 0) results.push(failureOf(name, 'No test was found.'));
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  const skipped = count(results, 'skipped');
  const counts = `${count(results, 'passed')} passed, ${count(results, 'failed')} failed`;
  console.log(`${name}: ${counts}${skipped > 0 ? `, ${skipped} skipped` : ''} (${seconds} s)`);
  return results;
}

async function main(): Promise<void> {
  const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const unknown = names.filter((name) => groups[name] === undefined);
  if (unknown.length > 0 || names.length === 0) {
    throw new Error(`Name groups of tests: ${Object.keys(groups).join(', ')}.`);
  }
  const options = { isDesktop: process.argv.includes('--desktop') };
  const run = await startTestRun();
  const results: TestResult[] = [];
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      killMarked(run.mark);
      process.exit(130);
    });
  }
  try {
    for (const name of names) results.push(...(await runGroup(run, name, options)));
  } finally {
    await endTestRun(run);
  }
  printFailures(results);
  const failed = count(results, 'failed');
  console.log(`${count(results, 'passed')} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(2);
});
