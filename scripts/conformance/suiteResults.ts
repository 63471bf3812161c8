import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the checks of one scenario ended. The suite's exit codes do not tell: skipped is 0, too. */
export interface ScenarioResult {
  readonly scenario: string;
  /** How often each check passed. */
  readonly passes: ReadonlyMap<string, number>;
  /** Checks that found nothing to judge, and say so. */
  readonly notes: ReadonlySet<string>;
  readonly passed: number;
  /** Failures and warnings. */
  readonly failed: number;
  readonly skipped: number;
  /** What went wrong, a line each. */
  readonly problems: readonly string[];
}

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage: string;
}

/** The folders are called `[server-]SCENARIO-TIME`. */
const TIME = /-\d{4}-\d\d-\d\dT[\d-]+Z$/;

/** Reads the result files that one run of the suite left in `folder`, by scenario. */
export function readResults(folder: string): Map<string, ScenarioResult> {
  const results = new Map<string, ScenarioResult>();
  for (const name of readdirSync(folder).sort()) {
    const scenario = name.replace(TIME, '').replace(/^server-(?=.)/, '');
    if (!TIME.test(name)) continue;
    results.set(scenario, resultOf(scenario, readChecks(join(folder, name, 'checks.json'))));
  }
  return results;
}

function readChecks(file: string): Check[] {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(parsed)) throw new Error(`${file} holds no checks.`);
  return parsed.map((check: Record<string, unknown>) => ({
    id: String(check.id),
    status: String(check.status),
    errorMessage: typeof check.errorMessage === 'string' ? check.errorMessage : '',
  }));
}

function resultOf(scenario: string, checks: readonly Check[]): ScenarioResult {
  const having = (...statuses: string[]) => checks.filter((one) => statuses.includes(one.status));
  const wrong = having('FAILURE', 'WARNING');
  const passes = new Map<string, number>();
  for (const { id } of having('SUCCESS')) passes.set(id, (passes.get(id) ?? 0) + 1);
  return {
    scenario,
    passes,
    notes: new Set(having('INFO').map(({ id }) => id)),
    passed: having('SUCCESS').length,
    failed: wrong.length,
    skipped: having('SKIPPED').length,
    problems: wrong.map(({ id, errorMessage }) => `${id}: ${errorMessage.split('\n')[0]}`),
  };
}

/**
 * Whether more checks failed or were left out than without us, or one that passed did not. A check
 * that was made and found nothing to judge is no worse: a stream that we hold open where the server
 * closes its own cannot be resumed.
 */
export function isWorse(through: ScenarioResult | undefined, direct: ScenarioResult): boolean {
  if (through === undefined) return true;
  const { passes, notes, failed, skipped } = through;
  const isMissing = ([id, count]: readonly [string, number]) =>
    (passes.get(id) ?? 0) < count && !notes.has(id);
  return failed > direct.failed || skipped > direct.skipped || [...direct.passes].some(isMissing);
}
