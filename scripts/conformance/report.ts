import { isWorse, type ScenarioResult } from './suiteResults.ts';

/** One scenario under one revision, on every way it was run on. */
export interface Row {
  readonly scenario: string;
  readonly revision: string;
  readonly side: 'server' | 'client';
  readonly direct: ScenarioResult;
  /** By way; `undefined`: it did not run, or left no result. */
  readonly through: ReadonlyMap<string, ScenarioResult | undefined>;
}

/** Rows on which some way was worse than direct. */
export function worseRows(rows: readonly Row[]): Row[] {
  return rows.filter(({ through, direct }) =>
    [...through.values()].some((result) => isWorse(result, direct)),
  );
}

/** `N scenarios, M worse than direct`, with the checks counted. */
export function verdictOf(rows: readonly Row[]): string {
  const scenarios = `${rows.length} scenarios, ${worseRows(rows).length} worse than direct`;
  const passed = rows.reduce((sum, { direct }) => sum + direct.passed, 0);
  const all = rows.flatMap(({ through }) => [...through.values()]);
  const through = all.reduce((sum, result) => sum + (result?.passed ?? 0), 0);
  return `${scenarios} (${passed} checks passed direct, ${through} through us)`;
}

/** What was worse, with the checks that failed. */
export function complaintsOf(rows: readonly Row[]): string[] {
  return worseRows(rows).flatMap(({ scenario, revision, through, direct }) =>
    [...through].flatMap(([way, result]) => {
      if (!isWorse(result, direct)) return [];
      const head = `${scenario} (${revision}) ${way}: ${cellOf(result)}, direct ${cellOf(direct)}`;
      return [head, ...(result?.problems ?? []).map((problem) => `    ${problem}`)];
    }),
  );
}

/** Markdown: a table for each side and revision; a cell says passed of all, and what was skipped. */
export function tableOf(rows: readonly Row[], titles: ReadonlyMap<string, string>): string {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.side === 'server' ? 'Server' : 'Client'} scenarios, ${row.revision}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].map(([title, of]) => `### ${title}\n\n${groupOf(of, titles)}`).join('\n\n');
}

function groupOf(rows: readonly Row[], titles: ReadonlyMap<string, string>): string {
  const ways = [...new Set(rows.flatMap(({ through }) => [...through.keys()]))];
  const head = ['scenario', 'direct', ...ways.map((way) => titles.get(way) ?? way)];
  const lines = rows.map(({ scenario, direct, through }) => [
    scenario,
    cellOf(direct),
    ...ways.map((way) => (through.has(way) ? markedCell(through.get(way), direct) : '')),
  ]);
  const rule = head.map(() => '---');
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function markedCell(result: ScenarioResult | undefined, direct: ScenarioResult): string {
  return `${cellOf(result)}${isWorse(result, direct) ? ' **worse**' : ''}`;
}

function cellOf(result: ScenarioResult | undefined): string {
  if (result === undefined) return 'none';
  const { passed, failed, skipped } = result;
  return `${passed}/${passed + failed}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
