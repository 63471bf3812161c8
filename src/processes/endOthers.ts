import { Ending } from './ending.ts';
import { ancestryOf } from './markedProcesses.ts';
import type { EndOutcome } from './ownedProcess.ts';
import type { ProcessEntry, ProcessTable } from './processEntry.ts';
import { readProcessTable } from './processTable.ts';

/**
 * Ends what others have started, whoever asks for it: it may run in one of these trees itself. So it
 * spares ourselves and what we descend from; of those that were to end, the latter are told as survivors.
 */
export async function endOthers(
  select: (table: ProcessTable) => readonly ProcessEntry[],
  graceMs: number,
): Promise<EndOutcome> {
  const ours = ancestryOf(await readProcessTable(), process.pid);
  const spared = new Set<number>();
  const isSpared = (entry: ProcessEntry) => ours.has(entry.pid);
  const selectOthers = (table: ProcessTable): ProcessEntry[] => {
    const found = select(table);
    for (const { pid } of found.filter(isSpared)) spared.add(pid);
    return found.filter((entry) => !isSpared(entry));
  };
  const targets = { select: selectOthers, isSpared, signalGroup: () => null };
  const outcome = await new Ending(targets, graceMs).run();
  spared.delete(process.pid);
  return { ...outcome, survivors: [...outcome.survivors, ...spared] };
}
