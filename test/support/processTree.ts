import { descendantsOf, readProcessTable } from '../../src/processes/processTable.ts';

/** Pids of every process below this one. */
export async function descendantPids(pid: number): Promise<number[]> {
  return descendantsOf(await readProcessTable(), pid).map((entry) => entry.pid);
}
