import type { HomePaths } from '../../brokerApi/home.ts';
import type { Clock } from '../../common/clock.ts';
import type { Log } from '../../common/log.ts';
import { deadLedgers } from '../../doctor/deadLedgers.ts';
import { leftProcesses, ownerGone, type Reason } from '../../doctor/leftProcesses.ts';
import { oldVersions } from '../../doctor/oldVersions.ts';
import { temporaryFiles } from '../../doctor/temporaryFiles.ts';
import type { FileTaskStore } from '../../store/fileTaskStore.ts';
import type { OwnedUpstreams } from './ownedUpstreams.ts';
import { type LiveParts, recordsWithoutProcess } from './recordsWithoutProcess.ts';
import { strayResults } from './strayResults.ts';
import { Sweeper } from './sweeper.ts';

export interface BrokerSweepOptions extends LiveParts {
  readonly paths: HomePaths;
  readonly store: Pick<FileTaskStore, 'strayResults'>;
  readonly upstreams: OwnedUpstreams;
  readonly clock: Clock;
  readonly log: Log;
  readonly isBusy: () => boolean;
  readonly isFenced: () => boolean;
}

/** All that a broker looks for: what anybody could see, and what only it knows. */
export function brokerSweeper(options: BrokerSweepOptions): Sweeper {
  const { upstreams, store, ...rest } = options;
  const reason: Reason = (owner) =>
    upstreams.hasLeft(owner)
      ? 'Its server has exited; it had left the group before.'
      : ownerGone(owner);
  const examinations = [
    leftProcesses(reason),
    deadLedgers,
    recordsWithoutProcess(options),
    strayResults(store),
    temporaryFiles,
    oldVersions,
  ];
  return new Sweeper({ ...rest, examinations });
}
