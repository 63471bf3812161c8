import type { LiveTicks, TickLoad } from './liveTicks.ts';
import { atMost, table, type Verdict } from './reportTable.ts';
import type { StartResult, Starts } from './starts.ts';

interface LoadResult {
  readonly starts: Starts;
  readonly ticks: LiveTicks;
}

const BLOCK = { limit: 50, unit: 'ms' };
const CPU = { limit: 25, unit: '% of a core' };
const READY = { limit: 1_000, unit: 'ms' };

/** Starts on full homes and many live tasks, against their budgets. */
export function loadVerdicts({ starts, ticks }: LoadResult): Verdict[] {
  const { unwatched, watched, tasks } = ticks;
  return [
    ...starts.homes.filter(({ handles }) => handles > 0).flatMap(startVerdicts),
    atMost(`${tasks} ticking`, percentOf(unwatched), CPU),
    atMost(`${tasks} ticking, watched`, percentOf(watched), CPU),
    atMost(`${tasks} ticking, block`, unwatched.longestBlockMs, BLOCK),
    atMost(`${tasks} ticking, watched, block`, watched.longestBlockMs, BLOCK),
  ];
}

function startVerdicts(home: StartResult): Verdict[] {
  const what = nameOf(home);
  return [
    atMost(`ready with ${what}`, home.readyMs, READY),
    atMost(`block once ready, ${what}`, home.blockIdleMs, BLOCK),
    atMost(`block when a window asks, ${what}`, home.blockAskedMs, BLOCK),
  ];
}

/** The tables for a person. What the machine itself was late by stands beside the blocks. */
export function loadTables({ starts, ticks }: LoadResult): string[] {
  const startRows = [
    ['broker start', 'ready ms', 'CPU ms', 'block ms, alone', 'block ms, asked'],
    ['node -e 0', starts.nodeMs.toFixed(0), '', starts.machineBlockMs.toFixed(1), ''],
    ...starts.homes.map((home) => [
      nameOf(home),
      home.readyMs.toFixed(0),
      home.cpuMs?.toFixed(0) ?? '?',
      home.blockIdleMs.toFixed(1),
      home.blockAskedMs.toFixed(1),
    ]),
  ];
  const tickRows = [
    [`${ticks.tasks} live tasks, ${ticks.seconds} s`, '% of a core', 'block ms'],
    ['nobody watches', percentOf(ticks.unwatched)?.toFixed(1) ?? '?', blockOf(ticks.unwatched)],
    ['a window watches', percentOf(ticks.watched)?.toFixed(1) ?? '?', blockOf(ticks.watched)],
    ['a process that does nothing', '', ticks.machineBlockMs.toFixed(1)],
  ];
  return [table(startRows), table(tickRows)];
}

function nameOf({ handles, archived }: StartResult): string {
  const atHand = `${handles} handles`;
  return archived === 0 ? atHand : `${atHand}, ${archived} archived`;
}

function percentOf({ cpuShare }: TickLoad): number | null {
  return cpuShare === null ? null : cpuShare * 100;
}

function blockOf({ longestBlockMs }: TickLoad): string {
  return longestBlockMs.toFixed(1);
}
