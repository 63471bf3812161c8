import type { Log } from '../common/log.ts';
import type { DatafileScan } from './datafileScan.ts';

/** A datafile was damaged when it was opened; for the log and for people. */
export interface DamageReport {
  readonly path: string;
  /** Where the file is kept as it was. */
  readonly aside: string;
  readonly lostLines: number;
  /** Handles that stood in what was lost; an earlier line of them may have been read. */
  readonly lostHandles: readonly string[];
  /** How many records were read. */
  readonly salvaged: number;
  /** Only the end of the file was cut short: a write that nobody had been told of. */
  readonly isTornTailOnly: boolean;
}

export function damageOf(
  scan: DatafileScan,
  where: { path: string; aside: string },
  salvaged: number,
): DamageReport {
  const { lostLines, lostHandles, isTornTailOnly } = scan;
  return { ...where, lostLines, lostHandles, salvaged, isTornTailOnly };
}

/** One line for a person who never saw the file. */
export function damageText({ path, aside, lostLines, salvaged }: DamageReport): string {
  return `The records of tasks in ${path} were damaged: ${salvaged} were read, ${lostLines} lines could not be. The file as it was is kept: ${aside}.`;
}

/** One line; never a handle, which is a capability, nor anything else of the contents. */
export function logDamage(log: Log, report: DamageReport): void {
  const { path, aside, lostLines, lostHandles, salvaged } = report;
  const what = report.isTornTailOnly
    ? 'ended in a line cut short'
    : `had ${lostLines} damaged lines (of ${lostHandles.length} known tasks)`;
  log.write(
    'warn',
    `${path} ${what}; ${salvaged} records were read. As it was it is kept: ${aside}`,
  );
}
