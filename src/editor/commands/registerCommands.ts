import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import { showLivePick } from '../status/livePick.ts';
import { withoutLinks } from '../view/plainText.ts';
import type { CommandContext } from './commandContext.ts';
import { continueInChat } from './continueInChat.ts';
import { exportAudit } from './exportAudit.ts';
import { extendTask } from './extendTask.ts';
import { restartBroker } from './restartBroker.ts';
import { revokeAllTasks, revokeById, revokeTask } from './revoke.ts';
import { copyHandle, handOffNow, showResult } from './rowCommands.ts';

type Command = (argument?: unknown) => Promise<void> | void;

/** Registers every command but those of tracking. A failure becomes one line for the person. */
export function registerCommands(context: CommandContext): Disposable {
  const own = new DisposableStore();
  const report = (error: unknown) => reportFailure(context, error);
  for (const [name, run] of Object.entries(commandsOf(context, report))) {
    own.add(
      vscode.commands.registerCommand(`mcpTaskHandles.${name}`, async (argument?: unknown) => {
        try {
          await run(argument);
        } catch (error) {
          report(error);
        }
      }),
    );
  }
  return own;
}

function commandsOf(
  context: CommandContext,
  report: (error: unknown) => void,
): Record<string, Command> {
  return {
    revokeTask: (argument) => revokeTask(context, argument),
    revokeSelectedTask: () => revokeTask(context, context.view.selectedRow),
    revokeAllTasks: () => revokeAllTasks(context),
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

function reportFailure({ log, showLog }: CommandContext, error: unknown): void {
  log.write('error', messageOf(error), error);
  const show = vscode.l10n.t('Show Log');
  void vscode.window.showErrorMessage(withoutLinks(messageOf(error)), show).then((answer) => {
    if (answer === show) showLog();
  });
}
