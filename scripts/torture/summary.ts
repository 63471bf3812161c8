import type { WorldReport } from './runWorld.ts';

/** All worlds together. */
export interface Totals {
  readonly kills: Readonly<Record<string, number>>;
  readonly handles: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly string[];
}

export function totalsOf(reports: readonly WorldReport[]): Totals {
  const kills: Record<string, number> = {};
  const counts: Record<string, number> = {};
  const findings: string[] = [];
  let handles = 0;
  for (const report of reports) {
    handles += report.handles;
    for (const [kind, count] of Object.entries(report.kills)) {
      kills[kind] = (kills[kind] ?? 0) + count;
    }
    for (const [what, list] of Object.entries(report.findings) as [string, string[]][]) {
      const unique = [...new Set(list)];
      counts[what] = (counts[what] ?? 0) + unique.length;
      findings.push(...unique.map((one) => `${what}: ${one}`));
    }
  }
  return { kills, handles, counts, findings };
}

/** The one line that says it all. */
export function summaryOf(
  { kills, handles, counts }: Totals,
  { seed, seconds }: { seed: number; seconds: number },
): string {
  const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
  const kinds = Object.entries(kills).map(([kind, count]) => `${kind} ${count}`);
  const { lost = 0, lies = 0, doubles = 0, ghosts = 0, audit = 0 } = counts;
  return (
    `torture: ${total} kills (${kinds.sort().join(', ')}), ${handles} handles, ${lost} lost, ` +
    `${lies} lies, ${doubles} double executions, ${ghosts} ghosts, ` +
    `audit ${audit === 0 ? 'whole' : `with ${audit} faults`}; seed ${seed}; ${seconds} s`
  );
}
