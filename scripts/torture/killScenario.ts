import { Random } from './random.ts';
import { runWorld, type WorldReport } from './runWorld.ts';

export interface KillOptions {
  readonly distFolder: string;
  readonly kills: number;
  readonly seed: number;
  readonly stop: AbortSignal;
}

/** A new home now and then: old ones hold more, new ones start oftener. */
const KILLS_A_WORLD = 20;
/** Side by side, each with a home of its own. */
const LANES = 2;

export async function runKills(options: KillOptions): Promise<WorldReport[]> {
  const count = Math.ceil(options.kills / KILLS_A_WORLD);
  const worlds = Array.from({ length: count }, (_, index) => index);
  const lanes = Array.from({ length: LANES }, () => runLane(worlds, options));
  return (await Promise.all(lanes)).flat();
}

/** Worlds have seeds of their own, so that each can be run again whatever the lanes did. */
async function runLane(worlds: number[], options: KillOptions): Promise<WorldReport[]> {
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
