import type { Row } from './report.ts';
import { REVISIONS, type Revision, runServerScenarios, type Suite } from './runSuite.ts';
import type { ScenarioResult } from './suiteResults.ts';
import { openWay, WAYS, type Way } from './ways.ts';

type Results = ReadonlyMap<string, ScenarioResult>;

const TASK_SCENARIO = /^tasks-/;
/** As many task scenarios as the suite has. */
const TASK_SCENARIOS = 10;

/** Runs the server scenarios of both revisions on every way. */
export async function serverRows(suite: Suite, ways: readonly Way[] = WAYS): Promise<Row[]> {
  const byWay = new Map<string, ReadonlyMap<Revision, Results>>();
  for (const way of ways) byWay.set(way.name, await runWay(suite, way));
  const rows = REVISIONS.flatMap((revision) => rowsOf(revision, byWay));
  const tasks = rows.filter(({ scenario }) => TASK_SCENARIO.test(scenario));
  if (tasks.length >= TASK_SCENARIOS) return rows;
  throw new Error(`Only ${tasks.length} of ${TASK_SCENARIOS} task scenarios ran.`);
}

async function runWay(suite: Suite, way: Way): Promise<ReadonlyMap<Revision, Results>> {
  const open = await openWay(way);
  const results = new Map<Revision, Results>();
  try {
    for (const revision of REVISIONS) {
      process.stderr.write(`server scenarios, ${revision}, ${way.title} …\n`);
      const { url } = open;
      results.set(revision, await runServerScenarios(suite, { url, revision, way: way.name }));
    }
  } finally {
    await open.close();
  }
  return results;
}

function rowsOf(
  revision: Revision,
  byWay: ReadonlyMap<string, ReadonlyMap<Revision, Results>>,
): Row[] {
  const [direct, ...others] = [...byWay].map(([way, results]) => ({
    way,
    results: results.get(revision) ?? new Map<string, ScenarioResult>(),
  }));
  return [...(direct?.results ?? [])].map(([scenario, result]) => {
    const through = new Map(others.map(({ way, results }) => [way, results.get(scenario)]));
    return { scenario, revision, side: 'server', direct: result, through };
  });
}
