import { showLivePick } from '../status/livePick.ts';
import { acceptNewWork, showRefusals } from './acceptNewWork.ts';
import type { CommandContext } from './commandContext.ts';
import type { CommandName } from './commandNames.ts';
import { continueInChat } from './continueInChat.ts';
import { exportAudit } from './exportAudit.ts';
import { extendTask } from './extendTask.ts';
import { pauseTask, resumeTask } from './pauseTask.ts';
import { restartBroker } from './restartBroker.ts';
import { revokeById, revokeTask } from './revoke.ts';
import { revokeAllTasks } from './revokeAll.ts';
import { copyHandle, handOffNow, showResult } from './rowCommands.ts';
import { showLocks } from './showLocks.ts';
import { terminateServer } from './terminateServer.ts';

export type Command = (argument?: unknown) => Promise<void> | void;

/** What each command does; `report` tells the person of a failure that comes later. */
export function commandTable(
  context: CommandContext,
  report: (error: unknown) => void,
): Readonly<Record<CommandName, Command>> {
  return {
    revokeTask: (argument) => revokeTask(context, argument),
    revokeSelectedTask: () => revokeTask(context, context.view.selectedRow),
    revokeAllTasks: () => revokeAllTasks(context),
    acceptNewWork: () => acceptNewWork(context),
    showRefusals: () => showRefusals(context),
    showLocks: () => showLocks(context),
    pauseTask: (argument) => pauseTask(context, argument),
    resumeTask: (argument) => resumeTask(context, argument),
    terminateServer: (argument) => terminateServer(context, argument),
    extendTask: (argument) => extendTask(context, argument),
    handOffNow: (argument) => handOffNow(context, argument),
    showResult: (argument) => showResult(context, argument),
    copyHandle: (argument) => copyHandle(context, argument),
    continueInChat: (argument) => continueInChat(context, argument),
    exportAudit: () => exportAudit(context),
    showLog: () => context.showLog(),
    restartBroker: () => restartBroker(context),
    showTasks: () => showLivePick(context, (id) => void revokeById(context, id).catch(report)),
  };
}
