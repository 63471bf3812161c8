import * as vscode from 'vscode';
import type { TaskRow } from './brokerApi/brokerProtocol.ts';
import { resolveHome } from './brokerApi/home.ts';
import { systemClock as clock } from './common/clock.ts';
import type { Disposable } from './common/disposable.ts';
import { messageOf } from './common/errors.ts';
import { followInContext } from './editor/authority/contextKeys.ts';
import { WorkState } from './editor/authority/workState.ts';
import { type CommandsProgram, registerCommands } from './editor/commands/registerCommands.ts';
import { useTranslation } from './editor/l10n.ts';
import { OutputLog } from './editor/log/outputLog.ts';
import { EndNotifier } from './editor/notify/endNotifier.ts';
import { LimitNotifier } from './editor/notify/limitNotifier.ts';
import { NoticeTeller } from './editor/notify/noticeTeller.ts';
import { StillRunsNotifier } from './editor/notify/stillRunsNotifier.ts';
import { ToldIds } from './editor/notify/toldIds.ts';
import { distFolderOf, ownProgram } from './editor/ownProgram.ts';
import { ResultDocuments } from './editor/result/resultDocuments.ts';
import { readSnapshot, SnapshotWriter } from './editor/rowSnapshot.ts';
import { RefusalStatusBar } from './editor/status/refusalStatusBar.ts';
import { TaskStatusBar } from './editor/status/taskStatusBar.ts';
import { TaskModel } from './editor/taskModel.ts';
import { offerInTerminals } from './editor/terminal/terminalCommand.ts';
import { activateTracking } from './editor/tracking/activateTracking.ts';
import { OlderTasks } from './editor/view/olderTasks.ts';
import { TaskTree } from './editor/view/taskTree.ts';
import { TaskView } from './editor/view/taskView.ts';
import { linkOfWindow } from './editor/windowLink.ts';

/** For tests and benchmarks: what this window shows, and how long `activate` took. */
export interface ExtensionApi {
  taskRows(): TaskRow[];
  whenConnected(): Promise<void>;
  readonly activationMs: number;
}

export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const startedAt = clock.monotonic();
  useTranslation(vscode.l10n.t);
  const own = <T extends Disposable>(member: T): T => {
    context.subscriptions.push(member);
    return member;
  };
  const log = own(new OutputLog());
  const link = own(linkOfWindow(context, log));
  const memory = context.workspaceState;
  const model = own(new TaskModel(link.workspaceId, clock, readSnapshot(memory)));
  own(new SnapshotWriter(model, memory, clock));
  own(link.news.onDidReceiveRows((rows) => model.replace(rows)));
  own(link.news.onDidChangeRows((change) => model.apply(change)));
  own(link.onDidChangeState((state) => state !== 'connected' && model.markStale()));
  own(link.news.onDidLog(({ lines }) => log.writeBrokerLines(lines)));
  const older = own(new OlderTasks({ link, model, log }));
  const work = own(new WorkState({ news: link.news, model, workspaceId: link.workspaceId }));
  const tree = own(new TaskTree(model, clock, () => older.load()));
  const view = own(new TaskView({ model, link, tree, clock, work }));
  own(new TaskStatusBar({ model, clock, work }));
  own(new RefusalStatusBar(work, link.workspaceId));
  own(followInContext(work));
  const results = own(new ResultDocuments(link));
  const told = new ToldIds(memory);
  own(new EndNotifier({ model, told, clock }));
  own(new StillRunsNotifier({ model, told: new ToldIds(memory, 'toldStillRunning') }));
  const showLog = () => log.show();
  own(new LimitNotifier({ model, link, reveal: (id) => view.reveal(id) }));
  own(new NoticeTeller({ link, told: new ToldIds(memory, 'toldNotices'), showLog }));
  const commandContext = { model, link, view, results, told, work, log, showLog };
  own(registerCommands(commandContext, () => loadCommands(context)));
  own(activateTracking(context, link, log));
  own(clock.after(0, () => startSlowParts(context, () => link.start(), log)));
  return {
    taskRows: () => model.all().map(({ row }) => row),
    whenConnected: () => link.whenConnected(),
    activationMs: clock.monotonic() - startedAt,
  };
}

/** Tasks outlive the window: what is ours here is disposed by the editor, nothing else ends. */
export function deactivate(): void {}

function loadCommands(context: vscode.ExtensionContext): CommandsProgram {
  return ownProgram(context, 'commands.js');
}

/** What touches the disk or the broker comes after the activation. */
function startSlowParts(
  context: vscode.ExtensionContext,
  startLink: () => void,
  log: OutputLog,
): void {
  startLink();
  // Kept from now on: an update of the extension takes the file away under this window.
  loadCommands(context);
  try {
    offerInTerminals({
      paths: resolveHome(),
      distFolder: distFolderOf(context),
      environment: context.environmentVariableCollection,
    });
  } catch (error) {
    log.write('warn', `Terminals do not get the command: ${messageOf(error)}`, error);
  }
}
