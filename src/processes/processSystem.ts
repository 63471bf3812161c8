import { systemCodeOf } from '../common/errors.ts';
import type { ProcessEntry, ProcessTable, TableBefore } from './processEntry.ts';
import { livesStill, readProcessTable, stillLiving } from './processTable.ts';

/** What an ending needs of the system. */
export interface ProcessSystem {
  /** With a table of a moment ago it costs a fraction, where the platform is such. */
  readTable(before?: TableBefore): Promise<ProcessTable>;
  /** Those that still live, each told by pid and start time, as they are now. */
  stillLiving(entries: readonly ProcessEntry[]): Promise<ProcessEntry[]>;
  /** Never reaches a later process with the same pid, as far as the system lets us know. */
  signal(entry: ProcessEntry, name: NodeJS.Signals): void;
}

export const hostSystem: ProcessSystem = {
  readTable: readProcessTable,
  stillLiving,
  signal: (entry, name) => {
    if (livesStill(entry)) signal(entry.pid, name);
  },
};

/** Signals that find nobody, or somebody who is not ours to signal, change nothing. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
