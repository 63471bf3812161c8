import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureActivation } from './activation.ts';
import { type BenchResult, reportOf } from './benchReport.ts';
import { BenchStage, ECHO_SERVER } from './benchStage.ts';
import { measureCalls } from './callRounds.ts';
import { measureHandles } from './durableHandles.ts';
import type { HomeContents } from './filledHome.ts';
import { bundleSizes, residentMb } from './footprint.ts';
import { measureTicks } from './liveTicks.ts';
import { measureRevocations } from './revocations.ts';
import { measureStarts } from './starts.ts';

const ROOT = join(import.meta.dirname, '../..');
const IS_QUICK = process.argv.includes('--quick');
const ROUNDS = IS_QUICK ? 8 : 40;
const ROUND_MS = 250;
const HANDLES = IS_QUICK ? 60 : 400;
/** Windows of a real editor, each with a fresh extension host. */
const WINDOWS = IS_QUICK ? 1 : 5;
const REVOCATIONS = IS_QUICK ? 10 : 50;
const START_ROUNDS = IS_QUICK ? 3 : 9;
/** An empty home to compare with, one with as many handles as are kept at hand, and archives. */
const HOMES: readonly HomeContents[] = [
  { handles: 0, archived: 0 },
  { handles: 10_000, archived: 0 },
  { handles: 10_000, archived: IS_QUICK ? 10_000 : 100_000 },
];
const TICKING = { tasks: 1_000, seconds: IS_QUICK ? 8 : 20 };
/** How long a broker is left alone before its memory is looked at. */
const IDLE_MS = 2000;

/** Over its budget a bundle fails the build; here it is a figure like the others. */
function build(): void {
  const options = { cwd: ROOT, encoding: 'utf8' } as const;
  const { stderr } = spawnSync(process.execPath, ['esbuild.mjs', '--production'], options);
  if (stderr.trim() !== '') throw new Error(`The build failed:\n${stderr}`);
}

async function measure(stage: BenchStage): Promise<BenchResult> {
  const say = (text: string) => console.error(`bench: ${text} …`);
  const control = await stage.control();
  try {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const brokerIdleMb = residentMb(control.welcome.pid);
    say(`${ROUNDS} rounds of calls, three ways`);
    const { command, args } = ECHO_SERVER;
    const clients = {
      direct: await stage.client(ECHO_SERVER),
      relay: await stage.relay(),
      broker: await stage.connect(['--route', 'bench', '--', command, ...args]),
    };
    const calls = await measureCalls({ clients, rounds: ROUNDS, roundMs: ROUND_MS });
    say(`${HANDLES} durable handles`);
    const handles = await measureHandles(stage, HANDLES);
    say(`${REVOCATIONS} revocations by force`);
    const revocations = await measureRevocations(stage, control, REVOCATIONS);
    say(`${START_ROUNDS} starts on each of ${HOMES.length} homes`);
    const starts = await measureStarts(stage, { rounds: START_ROUNDS, homes: HOMES });
    say(`${TICKING.tasks} live tasks for twice ${TICKING.seconds} s`);
    const ticks = await measureTicks(stage, TICKING);
    say(`${WINDOWS} windows of VS Code`);
    return {
      at: new Date().toISOString(),
      node: process.versions.node,
      rounds: ROUNDS,
      calls,
      handles,
      revocations,
      starts,
      ticks,
      brokerIdleMb,
      brokerAfterMb: residentMb(control.welcome.pid),
      bundlesKb: bundleSizes(stage.distFolder),
      activateMs: await measureActivation(join(stage.outFolder, 'editor'), WINDOWS),
    };
  } finally {
    control.dispose();
  }
}

async function main(): Promise<void> {
  build();
  const stage = new BenchStage();
  const interrupted = () => void stage.dispose().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupted);
  try {
    const result = await measure(stage);
    writeFileSync(join(stage.outFolder, 'bench.json'), `${JSON.stringify(result, null, 2)}\n`);
    console.log(reportOf(result));
  } finally {
    await stage.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exit(1);
});
