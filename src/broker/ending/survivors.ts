import { forgetInstance, readLedger } from '../../brokerApi/processLedger.ts';
import type { Log } from '../../common/log.ts';
import { endOrphans, findOrphans } from '../../processes/orphans.ts';
import { isOwnerAlive } from '../../processes/ownerMark.ts';
import { isSameProcess } from '../../processes/processIdentity.ts';
import { isTerminal, type TaskRecord, type UpstreamFacts } from '../../registry/taskRecord.ts';

/** Where what a dead broker has started is written down. */
export interface LeftByDead {
  readonly records: readonly TaskRecord[];
  /** The folder of ledgers; forgotten are those of brokers before us. */
  readonly ledger: string;
}

/**
 * Ends what outlived a dead broker (P13): processes that bear its owner mark, and the upstreams that
 * records and ledger name, if pid, start time and boot still tell that they are the same.
 */
export async function endSurvivors({ records, ledger }: LeftByDead, log: Log): Promise<void> {
  const instances = readLedger(ledger);
  const survivors = [
    ...findOrphans(isOwnerAlive),
    ...recordedUpstreams(records),
    ...instances.flatMap(({ trees }) => trees).filter((tree) => isSameProcess(tree) === 'alive'),
  ];
  if (survivors.length > 0) {
    const { ended, survivors: remaining } = await endOrphans(survivors);
    log.write(
      'warn',
      `Ended ${ended} processes of a broker that is gone; ${remaining.length} remain.`,
    );
  }
  // Not before: should we die meanwhile, whoever comes next has to find them.
  for (const { instance } of instances) forgetInstance(ledger, instance);
}

/** A pid alone proves nothing: it may be somebody else's by now. */
function recordedUpstreams(records: readonly TaskRecord[]): UpstreamFacts[] {
  return records.flatMap(({ status, upstream }) => {
    if (upstream === null || isTerminal(status) || upstream.startTime === null) return [];
    return isSameProcess(upstream) === 'alive' ? [upstream] : [];
  });
}
