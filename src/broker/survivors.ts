import type { Log } from '../common/log.ts';
import { endOrphans, findOrphans } from '../processes/orphans.ts';
import { isOwnerAlive } from '../processes/ownerMark.ts';
import { isSameProcess } from '../processes/processIdentity.ts';
import { isTerminal, type TaskRecord, type UpstreamFacts } from '../registry/taskRecord.ts';

/**
 * Ends what outlived a dead broker (P13): processes that bear its owner mark, and the upstreams
 * that `records` name, if pid, start time and boot still tell that they are the same.
 */
export async function endSurvivors(records: readonly TaskRecord[], log: Log): Promise<void> {
  const survivors = [...findOrphans(isOwnerAlive), ...recordedUpstreams(records)];
  if (survivors.length === 0) return;
  const { ended, survivors: remaining } = await endOrphans(survivors);
  log.write(
    'warn',
    `Ended ${ended} processes of a broker that is gone; ${remaining.length} remain.`,
  );
}

/** A pid alone proves nothing: it may be somebody else's by now. */
function recordedUpstreams(records: readonly TaskRecord[]): UpstreamFacts[] {
  return records.flatMap(({ status, upstream }) => {
    if (upstream === null || isTerminal(status) || upstream.startTime === null) return [];
    return isSameProcess(upstream) === 'alive' ? [upstream] : [];
  });
}
