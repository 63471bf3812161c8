import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTortured } from './buildBroker.ts';
import { runKills } from './killScenario.ts';
import { revokeSummary } from './revoke/revokeReport.ts';
import { runRevocations, timingFaults } from './revoke/revokeScenario.ts';
import { summaryOf, totalsOf } from './summary.ts';
import { readTortureOptions, type TortureOptions } from './tortureOptions.ts';

const OUTPUT = join(import.meta.dirname, '../../out/torture');

/** What a scenario says in the end; findings make it fail. */
interface Verdict {
  readonly reports: unknown;
  readonly findings: readonly string[];
  readonly summary: (seconds: number) => string;
}

interface Running {
  readonly options: TortureOptions;
  readonly distFolder: string;
  readonly stop: AbortSignal;
}

async function judgeKills({ options, distFolder, stop }: Running): Promise<Verdict> {
  const { seed, mutation } = options;
  await buildTortured(distFolder, { mutation, hasFaultLayer: true });
  const reports = await runKills({ distFolder, seed, kills: options.count, stop });
  const totals = totalsOf(reports);
  const summary = (seconds: number) => summaryOf(totals, { seed, seconds });
  return { reports, findings: totals.findings, summary };
}

async function judgeRevocations({ options, distFolder, stop }: Running): Promise<Verdict> {
  const { seed, mutation, isTimed } = options;
  await buildTortured(distFolder, { mutation, hasFaultLayer: false });
  const run = await runRevocations({ distFolder, seed, rounds: options.count, stop });
  const { totals, reports } = run;
  const findings = [...totals.findings, ...(isTimed ? timingFaults(totals) : [])];
  const summary = (seconds: number) => revokeSummary(totals, { seed, seconds });
  return { reports, findings, summary };
}

/** Ctrl-C ends the worlds in order: each ends what it has started. */
function stopOnSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => stop.abort());
  }
  return stop.signal;
}

async function main(): Promise<void> {
  const options = readTortureOptions();
  const startedAt = performance.now();
  const stop = stopOnSignal();
  const distFolder = mkdtempSync(join(tmpdir(), 'mth-tortured-'));
  try {
    const judge = options.scenario === 'kills' ? judgeKills : judgeRevocations;
    const { reports, findings, summary } = await judge({ options, distFolder, stop });
    mkdirSync(OUTPUT, { recursive: true });
    writeFileSync(join(OUTPUT, 'reports.json'), JSON.stringify(reports, null, 2));
    for (const finding of findings) console.log(finding);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`\n${summary(seconds)}`);
    process.exitCode = stop.aborted ? 130 : findings.length === 0 ? 0 : 1;
  } finally {
    rmSync(distFolder, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  },
);
