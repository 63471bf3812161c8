import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveHome } from '../../src/brokerApi/home.ts';
import type { Row } from './report.ts';
import { type Revision, runClientScenario, type Suite } from './runSuite.ts';
import { DIST, endHome } from './servedRoute.ts';
import type { ScenarioResult } from './suiteResults.ts';

const CLIENT = join(import.meta.dirname, 'clientUnderTest.ts');

/** Those of a client without OAuth, which is left to the host; by revision. */
const SCENARIOS: Readonly<Record<Revision, readonly string[]>> = {
  '2025-11-25': [
    'initialize',
    'tools_call',
    'elicitation-sep1034-client-defaults',
    'sse-retry',
    'json-schema-2020-12-preservation',
  ],
  '2026-07-28': [
    'tools_call',
    'request-metadata',
    'sep-2322-client-request-state',
    'http-standard-headers',
    'http-custom-headers',
    'http-invalid-tool-headers',
    'json-schema-ref-no-deref',
    'json-schema-2020-12-preservation',
  ],
};

/** Runs the client scenarios with an SDK client, once by itself and once with us on its way. */
export async function clientRows(suite: Suite): Promise<Row[]> {
  const home = mkdtempSync(join(realpathSync(tmpdir()), 'mth-conformance-'));
  const program = [process.execPath, '--import', 'tsx', CLIENT];
  const commands = {
    direct: [...program, 'direct'].join(' '),
    connect: [...program, 'through', join(DIST, 'cli.js'), home].join(' '),
  };
  const rows: Row[] = [];
  try {
    for (const revision of ['2025-11-25', '2026-07-28'] as const) {
      for (const scenario of SCENARIOS[revision]) {
        process.stderr.write(`client scenario ${scenario}, ${revision} …\n`);
        rows.push(await rowOf(suite, { scenario, revision }, commands));
      }
    }
  } finally {
    await endHome(resolveHome({ home }));
  }
  return rows;
}

async function rowOf(
  suite: Suite,
  of: { scenario: string; revision: Revision },
  commands: Readonly<Record<'direct' | 'connect', string>>,
): Promise<Row> {
  const run = async (way: 'direct' | 'connect'): Promise<ScenarioResult | undefined> =>
    await runClientScenario(suite, { ...of, way, command: commands[way] });
  const direct = await run('direct');
  if (direct === undefined) throw new Error(`The client scenario ${of.scenario} did not run.`);
  return { ...of, side: 'client', direct, through: new Map([['connect', await run('connect')]]) };
}
