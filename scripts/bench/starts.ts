import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { ControlClient } from '../../src/brokerApi/controlClient.ts';
import type { HomePaths } from '../../src/brokerApi/home.ts';
import type { BenchStage } from './benchStage.ts';
import { fillHome, type HomeContents } from './filledHome.ts';
import { homeIn, ProbedProcess } from './probedProcess.ts';
import { median } from './statistics.ts';

/** Medians of a home's starts; blocks are the longest of all. */
export interface StartResult extends HomeContents {
  readonly readyMs: number;
  /** CPU time until ready, which other work on the machine hardly changes; `null`: not told. */
  readonly cpuMs: number | null;
  /** The longest that the loop was held up once it was ready and nobody came. */
  readonly blockIdleMs: number;
  /** The same while a window asks for every row and watches, and a result is read. */
  readonly blockAskedMs: number;
}

export interface Starts {
  readonly rounds: number;
  /** `node -e 0`: what any process costs. */
  readonly nodeMs: number;
  readonly homes: readonly StartResult[];
  /** By how much a process that does nothing was late on this machine meanwhile. */
  readonly machineBlockMs: number;
}

export interface StartsOptions {
  readonly rounds: number;
  readonly homes: readonly HomeContents[];
}

type StartRound = Omit<StartResult, keyof HomeContents>;

/** How long a ready broker is left alone before its loop is looked at. */
const ALONE_MS = 1_500;

/** Starts a broker on each home in turn, round after round: what the machine does hits all alike. */
export async function measureStarts(stage: BenchStage, options: StartsOptions): Promise<Starts> {
  const homes = await Promise.all(
    options.homes.map(async (contents, index) => {
      const paths = homeIn(stage.folder, `start-${index}`);
      await fillHome(paths, contents);
      return { contents, paths, rounds: [] as StartRound[] };
    }),
  );
  const idle = stage.own(ProbedProcess.idle(stage.folder));
  const nodeMs: number[] = [];
  await pause(ALONE_MS);
  await idle.longestBlockMs();
  for (let round = 0; round < options.rounds; round += 1) {
    nodeMs.push(timedNode());
    for (const home of homes) home.rounds.push(await startOnce(stage, home.paths));
  }
  return {
    rounds: options.rounds,
    nodeMs: median(nodeMs),
    homes: homes.map(({ contents, rounds }) => ({ ...contents, ...summary(rounds) })),
    machineBlockMs: await idle.longestBlockMs(),
  };
}

async function startOnce(stage: BenchStage, paths: HomePaths): Promise<StartRound> {
  const { broker, readyMs } = await ProbedProcess.broker(stage.distFolder, paths);
  stage.own(broker);
  try {
    const cpuSeconds = broker.cpuSeconds();
    const cpuMs = cpuSeconds === null ? null : cpuSeconds * 1_000;
    await broker.longestBlockMs();
    await pause(ALONE_MS);
    const blockIdleMs = await broker.longestBlockMs();
    await askAsWindow(paths);
    return { readyMs, cpuMs, blockIdleMs, blockAskedMs: await broker.longestBlockMs() };
  } finally {
    await broker.end();
  }
}

/** What a window does first: every row, and from then on each change; then a result is opened. */
async function askAsWindow(paths: HomePaths): Promise<void> {
  const control = await ControlClient.open({ paths, client: 'terminal', start: 'never' });
  try {
    const { rows } = await control.request('tasks/watch', {});
    const done = rows.find((row) => row.hasResult);
    if (done !== undefined) await control.request('tasks/result', { id: done.id });
  } finally {
    control.dispose();
  }
}

function timedNode(): number {
  const begin = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - begin;
}

function summary(rounds: readonly StartRound[]): StartRound {
  const cpus = rounds.flatMap(({ cpuMs }) => (cpuMs === null ? [] : [cpuMs]));
  return {
    readyMs: median(rounds.map((round) => round.readyMs)),
    cpuMs: cpus.length > 0 ? median(cpus) : null,
    blockIdleMs: Math.max(...rounds.map((round) => round.blockIdleMs)),
    blockAskedMs: Math.max(...rounds.map((round) => round.blockAskedMs)),
  };
}
