import type { Log } from '../../common/log.ts';
import type { WorkState } from '../authority/workState.ts';
import type { BrokerLink } from '../brokerLink.ts';
import type { ToldIds } from '../notify/toldIds.ts';
import type { ResultDocuments } from '../result/resultDocuments.ts';
import type { TaskModel } from '../taskModel.ts';
import type { TaskView } from '../view/taskView.ts';

/** What the commands work with. */
export interface CommandContext {
  readonly model: TaskModel;
  readonly link: BrokerLink;
  readonly view: TaskView;
  readonly results: ResultDocuments;
  readonly told: ToldIds;
  readonly work: WorkState;
  readonly log: Log;
  readonly showLog: () => void;
}
