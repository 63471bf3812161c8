import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTortured, isMutation, MUTATIONS } from './buildBroker.ts';
import { Random } from './random.ts';
import { runWorld, type WorldReport } from './runWorld.ts';
import { summaryOf, totalsOf } from './summary.ts';

const ROOT = join(import.meta.dirname, '../..');
const OUTPUT = join(ROOT, 'out/torture');
/** A new home now and then: old ones hold more, new ones start oftener. */
const KILLS_A_WORLD = 20;
/** Side by side, each with a home of its own. */
const LANES = 2;

interface Options {
  readonly kills: number;
  readonly seed: number;
  readonly mutate: string | undefined;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      mutate: { type: 'string' },
    },
  });
  const kills = Number(values.kills);
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(kills) || kills < 1) throw new Error('--kills takes a count.');
  if (!Number.isSafeInteger(seed)) throw new Error('--seed takes a whole number.');
  if (values.mutate !== undefined && !isMutation(values.mutate)) {
    throw new Error(`--mutate takes ${Object.keys(MUTATIONS).join(', ')}.`);
  }
  return { kills, seed, mutate: values.mutate };
}

/** Worlds have seeds of their own, so that each can be run again whatever the lanes did. */
async function runLane(
  worlds: number[],
  options: { distFolder: string; seed: number; kills: number; stop: AbortSignal },
): Promise<WorldReport[]> {
  const reports: WorldReport[] = [];
  for (let world = worlds.shift(); world !== undefined; world = worlds.shift()) {
    if (options.stop.aborted) break;
    const left = options.kills - world * KILLS_A_WORLD;
    const random = new Random(options.seed * 10_007 + world);
    const kills = Math.min(KILLS_A_WORLD, left);
    reports.push(await runWorld({ ...options, kills }, random));
    process.stderr.write('.');
  }
  return reports;
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
  const { kills, seed, mutate } = readOptions();
  const startedAt = performance.now();
  const stop = stopOnSignal();
  const distFolder = mkdtempSync(join(tmpdir(), 'mth-tortured-'));
  try {
    await buildTortured(distFolder, mutate !== undefined && isMutation(mutate) ? mutate : null);
    const worlds = Array.from({ length: Math.ceil(kills / KILLS_A_WORLD) }, (_, index) => index);
    const options = { distFolder, seed, kills, stop };
    const lanes = Array.from({ length: LANES }, () => runLane(worlds, options));
    const reports = (await Promise.all(lanes)).flat();
    mkdirSync(OUTPUT, { recursive: true });
    writeFileSync(join(OUTPUT, 'reports.json'), JSON.stringify(reports, null, 2));
    const totals = totalsOf(reports);
    for (const finding of totals.findings) console.log(finding);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`\n${summaryOf(totals, { seed, seconds })}`);
    process.exitCode = stop.aborted ? 130 : totals.findings.length === 0 ? 0 : 1;
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
