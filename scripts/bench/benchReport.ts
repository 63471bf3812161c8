import type { WayResult } from './callRounds.ts';
import type { DurableHandles } from './durableHandles.ts';
import type { LiveTicks } from './liveTicks.ts';
import { loadTables, loadVerdicts } from './loadReport.ts';
import { atMost, table, type Verdict } from './reportTable.ts';
import type { Revocations } from './revocations.ts';
import type { Starts } from './starts.ts';
import { median } from './statistics.ts';

/** All that a run measured; `out/bench/bench.json` holds it as it stands here. */
export interface BenchResult {
  readonly at: string;
  readonly node: string;
  readonly rounds: number;
  readonly calls: readonly WayResult[];
  readonly handles: DurableHandles;
  readonly revocations: Revocations;
  readonly starts: Starts;
  readonly ticks: LiveTicks;
  readonly brokerIdleMb: number | null;
  readonly brokerAfterMb: number | null;
  readonly bundlesKb: Readonly<Record<string, number>>;
  readonly activateMs: readonly number[] | null;
}

const BUNDLE_BUDGETS_KB: Readonly<Record<string, number>> = {
  'extension.js': 120,
  'cli.js': 60,
  'broker.js': 1200,
};

/** The budgets of the design, and how the run stands against them. */
export function verdictsOf(result: BenchResult): Verdict[] {
  const { handles, revocations } = result;
  return [
    ...result.calls.filter(({ way }) => way === 'broker').flatMap(relayVerdicts),
    atMost('handle durable p50', handles.handle.p50Ms, { limit: 5, unit: 'ms' }),
    atMost('handle durable p99', handles.handle.p99Ms, { limit: 25, unit: 'ms' }),
    atMost('revoke → gone p99', revocations.beyondGraces.p99Ms, { limit: 150, unit: 'ms' }),
    ...loadVerdicts(result),
    atMost('broker idle', result.brokerIdleMb, { limit: 70, unit: 'MB' }),
    atMost('activate()', result.activateMs && median(result.activateMs), { limit: 30, unit: 'ms' }),
    ...Object.entries(BUNDLE_BUDGETS_KB).map(([name, limit]) =>
      atMost(name, result.bundlesKb[name] ?? null, { limit, unit: 'KB' }),
    ),
  ];
}

function relayVerdicts({ inFlight, callsToRelay, p50ToRelay }: WayResult): Verdict[] {
  return [
    {
      what: `calls/s to relay, ${inFlight} in flight`,
      measured: `${callsToRelay.toFixed(2)} ×`,
      budget: '≥ 0.90 ×',
      isMet: callsToRelay >= 0.9,
    },
    {
      what: `p50 to relay, ${inFlight} in flight`,
      measured: `${p50ToRelay.toFixed(2)} ×`,
      budget: '≤ 1.10 ×',
      isMet: p50ToRelay <= 1.1,
    },
  ];
}

/** The tables for a person. */
export function reportOf(result: BenchResult): string {
  const { handles, revocations, brokerAfterMb } = result;
  const calls = [
    ['way', 'in flight', 'calls/s', 'p50 ms', 'p99 ms', 'calls/s × direct', 'p50 × direct'],
    ...result.calls.map((row) => [
      row.way,
      String(row.inFlight),
      row.callsPerSecond.toFixed(0),
      row.p50Ms.toFixed(3),
      row.p99Ms.toFixed(3),
      row.callsToDirect.toFixed(2),
      row.p50ToDirect.toFixed(2),
    ]),
  ];
  const times = [
    ['what', 'samples', 'p50 ms', 'p99 ms'],
    spreadRow('handle durable (always)', handles.handle),
    spreadRow('bare write + fdatasync', handles.bareSync),
    spreadRow('revoke by force → group gone, beyond graces', revocations.beyondGraces),
  ];
  const verdicts = [
    ['figure', 'measured', 'budget', ''],
    ...verdictsOf(result).map(({ what, measured, budget, isMet }) => [
      what,
      measured,
      budget,
      isMet === null ? '–' : isMet ? 'met' : 'NOT MET',
    ]),
  ];
  const levels = Object.entries(revocations.levels).map(([level, count]) => `${level} ${count}`);
  const notes = [
    `revocations ended by: ${levels.join(', ')} (graces of ${revocations.graceMs} ms)`,
    `broker after the run: ${brokerAfterMb?.toFixed(1) ?? '?'} MB; ${result.rounds} rounds, Node ${result.node}`,
  ];
  const tables = [table(calls), table(times), ...loadTables(result), table(verdicts)];
  return [...tables, notes.join('\n')].join('\n\n');
}

function spreadRow(
  what: string,
  spread: { samples: number; p50Ms: number; p99Ms: number },
): string[] {
  return [what, String(spread.samples), spread.p50Ms.toFixed(2), spread.p99Ms.toFixed(2)];
}
