import { runCommand } from '../devTools/runCommand.ts';
import { packForTests } from '../packaging/packForTests.ts';
import { runHostTests } from './hostTests.ts';
import { runNodeTests } from './nodeTests.ts';
import { ROOT } from './testFiles.ts';
import type { TestResult } from './testResult.ts';
import type { TestRun } from './testRun.ts';

export interface GroupOptions {
  /** Use a desktop VS Code, which is downloaded, for the suite in the extension host. */
  readonly isDesktop: boolean;
}

export type Group = (run: TestRun, options: GroupOptions) => Promise<TestResult[]>;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

async function build(): Promise<void> {
  await runCommand(process.execPath, ['esbuild.mjs', '--production'], { cwd: ROOT });
}

/** Pure code, no build needed. */
const unit: Group = (run) =>
  runNodeTests(run, {
    folder: 'unit',
    concurrency: 2,
    fileTimeoutMs: MINUTE_MS,
    deadlineMs: 10 * MINUTE_MS,
  });

/** Real processes against the bundles that ship. */
const integration: Group = async (run) => {
  await build();
  return runNodeTests(run, {
    folder: 'integration',
    concurrency: 2,
    fileTimeoutMs: 5 * MINUTE_MS,
    deadlineMs: 25 * MINUTE_MS,
  });
};

/** A real VS Code: a suite inside its extension host, then what a person does with it. */
const editor: Group = async (run, options) => {
  await build();
  const inHost = await runHostTests(run, options);
  if (options.isDesktop) return inHost;
  const byHand = await runNodeTests(run, {
    folder: 'ui',
    concurrency: 1,
    fileTimeoutMs: 5 * MINUTE_MS,
    deadlineMs: 25 * MINUTE_MS,
    env: await packForTests(),
  });
  return [...inHost, ...byHand];
};

export const groups: Readonly<Record<string, Group>> = { unit, integration, editor };
