import { Random } from '../random.ts';
import { planTree } from './plantedTree.ts';
import { FORCED_P99_MS, type RevokeTotals, revokeTotals } from './revokeReport.ts';
import { measureBareKill, planRound, type RoundReport, runRound } from './revokeRound.ts';
import { RevokeWorld } from './revokeWorld.ts';

export interface RevokeOptions {
  readonly distFolder: string;
  readonly rounds: number;
  readonly seed: number;
  readonly stop: AbortSignal;
}

/** How often the machine itself is measured. */
const ROUNDS_A_BARE_KILL = 4;

/** One after the other: side by side they would measure each other. */
export async function runRevocations(options: RevokeOptions): Promise<{
  totals: RevokeTotals;
  reports: readonly RoundReport[];
}> {
  const { distFolder, rounds, seed, stop } = options;
  const random = new Random(seed);
  const reports: RoundReport[] = [];
  const bareMs: number[] = [];
  const { world, control } = await RevokeWorld.open(distFolder);
  try {
    for (let round = 0; round < rounds && !stop.aborted; round += 1) {
      reports.push(await runRound(world, control, planRound(random, tokenOf(seed, round))));
      if (round % ROUNDS_A_BARE_KILL === 0) {
        const tree = planTree(random, { mayFork: false });
        bareMs.push(await measureBareKill(tokenOf(seed, rounds + round), tree));
      }
      process.stderr.write('.');
    }
  } finally {
    await world.dispose(control);
  }
  return { totals: revokeTotals(reports, bareMs), reports };
}

/** What is wrong with the figures; empty: nothing. */
export function timingFaults({ forced }: RevokeTotals): string[] {
  if (!(forced.p99Ms > FORCED_P99_MS)) return [];
  return [`late: revoke by force → gone, p99 ${forced.p99Ms.toFixed(0)} ms`];
}

/** A time for `sleep` that nobody else on this machine sleeps. */
function tokenOf(seed: number, round: number): string {
  const digits = (number: number, count: number) => String(number).padStart(count, '0');
  return `3600.${digits(process.pid, 7)}${digits(Math.abs(seed) % 1000, 3)}${digits(round, 5)}`;
}
