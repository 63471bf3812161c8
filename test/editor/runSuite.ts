import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import type { TestResult } from '../../scripts/testRun/testResult.ts';

const TEST_TIMEOUT_MS = 60_000;

/** Tests in the extension host say how they ended through a file: the one way both hosts have. */
function record(result: TestResult): void {
  const file = process.env.TH_HOST_RESULTS;
  if (file) appendFileSync(file, `${JSON.stringify(result)}\n`);
}

function resultOf(test: Mocha.Test | Mocha.Hook, error?: Error): TestResult {
  const file = test.file?.replace(/^.*test-editor\//, 'test/editor/') ?? '';
  const name = test.title;
  if (error) return { file, name, outcome: 'failed', message: error.stack ?? error.message };
  return { file, name, outcome: test.isPending() ? 'skipped' : 'passed' };
}

/** VS Code calls this in the extension host; it rejects when a test has failed. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'tdd', timeout: TEST_TIMEOUT_MS, reporter: Mocha.reporters.Base });
  const files = readdirSync(__dirname, { recursive: true }).map(String);
  for (const name of files.filter((file) => file.endsWith('.test.js'))) {
    mocha.addFile(join(__dirname, name));
  }
  const failures = await new Promise<number>((resolve) => {
    mocha
      .run(resolve)
      .on('pass', (test) => record(resultOf(test)))
      .on('pending', (test) => record(resultOf(test)))
      .on('fail', (test, error) => record(resultOf(test, error)));
  });
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
