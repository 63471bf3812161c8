import { type Spread, spreadOf } from '../../bench/statistics.ts';
import type { RoundReport } from './revokeRound.ts';

/** The budget: a revocation by force, from the request until nothing lives. */
export const FORCED_P99_MS = 150;

export interface RevokeTotals {
  readonly rounds: number;
  readonly processes: number;
  readonly survivors: number;
  /** Rounds that the broker's socket took, by force or not and by level: `force killed`. */
  readonly spreads: Readonly<Record<string, Spread>>;
  /** Rounds through the terminal: a Node starts first, so they are not measured with the others. */
  readonly throughTerminal: number;
  readonly forced: Spread;
  /** The same trees killed by their pids, without any broker. */
  readonly bare: Spread;
  readonly findings: readonly string[];
}

export function revokeTotals(
  reports: readonly RoundReport[],
  bareMs: readonly number[],
): RevokeTotals {
  const timed = reports.filter(({ plan }) => plan.door === 'control');
  const byLevel = new Map<string, number[]>();
  for (const { plan, level, goneMs } of timed) {
    const key = `${plan.force ? 'force ' : ''}${level}`;
    byLevel.set(key, [...(byLevel.get(key) ?? []), goneMs]);
  }
  const entries = [...byLevel].sort().map(([level, times]) => [level, spreadOf(times)] as const);
  const forced = timed.filter(({ plan }) => plan.force).map(({ goneMs }) => goneMs);
  return {
    rounds: reports.length,
    processes: reports.reduce((sum, { plan }) => sum + plan.tree.processes, 0),
    survivors: reports.reduce((sum, { survivors }) => sum + survivors.length, 0),
    spreads: Object.fromEntries(entries),
    throughTerminal: reports.length - timed.length,
    forced: spreadOf(forced),
    bare: spreadOf(bareMs),
    findings: reports.flatMap(findingsOf),
  };
}

function findingsOf({ plan, level, survivors, lies }: RoundReport): string[] {
  const how = `round ${plan.token} (${plan.force ? 'force, ' : ''}${level}, ${JSON.stringify(plan.tree.kinds)})`;
  return [
    ...survivors.map((one) => `survivor: ${one}: ${how}`),
    ...lies.map((lie) => `lie: ${lie}: ${how}`),
  ];
}

/** One line that says it all, and one for each level. */
export function revokeSummary(
  totals: RevokeTotals,
  { seed, seconds }: { seed: number; seconds: number },
): string {
  const { rounds, processes, survivors, spreads, throughTerminal, forced, bare } = totals;
  const lines = Object.entries(spreads).map(
    ([level, spread]) => `  revoke → gone, ${level}: ${spreadText(spread)}`,
  );
  return [
    `torture: ${rounds} revocations of trees (${processes} processes and what they forked, ` +
      `${throughTerminal} through the terminal), ${survivors} survivors; seed ${seed}; ${seconds} s`,
    ...lines,
    `  by force in all: ${spreadText(forced)}, allowed p99 ${FORCED_P99_MS} ms`,
    `  the like killed without a broker: ${spreadText(bare)}; ` +
      `ratio p50 ${ratio(forced.p50Ms, bare.p50Ms)}, p99 ${ratio(forced.p99Ms, bare.p99Ms)}`,
  ].join('\n');
}

function spreadText({ samples, p50Ms, p99Ms }: Spread): string {
  return `p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms (${samples})`;
}

function ratio(one: number, other: number): string {
  return (one / other).toFixed(1);
}
