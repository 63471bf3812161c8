import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { ConformanceTools } from './conformanceTools.ts';
import { readResults, type ScenarioResult } from './suiteResults.ts';

/** The two revisions whose requirements are run. */
export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof REVISIONS)[number];

/** For a whole set of requirements, or one client scenario. */
const DEADLINE_MS = 15 * 60_000;

export interface Suite {
  readonly tools: ConformanceTools;
  /** Results and output of each run are kept in here. */
  readonly folder: string;
  readonly stop: AbortSignal;
}

/** Runs every server scenario that the revision requires, and those of extensions. */
export function runServerScenarios(
  suite: Suite,
  { url, revision, way }: { url: string; revision: Revision; way: string },
): Promise<Map<string, ScenarioResult>> {
  return run(suite, `server-${revision}-${way}`, [
    ...['server', '--url', url, '--requirements', revision],
  ]);
}

/** Runs one client scenario; the suite adds its server's URL to the command. */
export async function runClientScenario(
  suite: Suite,
  of: { scenario: string; revision: Revision; way: string; command: string },
): Promise<ScenarioResult | undefined> {
  const { scenario, revision, way, command } = of;
  const results = await run(suite, `client-${revision}-${way}-${scenario}`, [
    ...['client', '--command', command, '--scenario', scenario, '--spec-version', revision],
  ]);
  return results.get(scenario);
}

/** The exit code is left alone: only the result files tell which checks were made. */
async function run(
  { tools, folder, stop }: Suite,
  name: string,
  args: readonly string[],
): Promise<Map<string, ScenarioResult>> {
  mkdirSync(folder, { recursive: true });
  const output = mkdtempSync(join(folder, `${name}-`));
  const child = spawn(tools.node, [tools.suite, ...args, '-o', output], {
    stdio: 'ignore',
    signal: AbortSignal.any([stop, AbortSignal.timeout(DEADLINE_MS)]),
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject).once('close', () => resolve());
  });
  return readResults(output);
}
