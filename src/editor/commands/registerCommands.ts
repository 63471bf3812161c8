import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import { withoutLinks } from '../view/plainText.ts';
import type { CommandContext } from './commandContext.ts';
import { COMMAND_NAMES } from './commandNames.ts';
import type { commandTable } from './commandTable.ts';

/** What `commands.js` holds: activation does without what the commands do. */
export interface CommandsProgram {
  readonly commandTable: typeof commandTable;
}

/** Registers every command but those of tracking. A failure becomes one line for the person. */
export function registerCommands(context: CommandContext, load: () => CommandsProgram): Disposable {
  const own = new DisposableStore();
  const report = (error: unknown) => reportFailure(context, error);
  for (const name of COMMAND_NAMES) {
    own.add(
      vscode.commands.registerCommand(`mcpTaskHandles.${name}`, async (argument?: unknown) => {
        try {
          await load().commandTable(context, report)[name](argument);
        } catch (error) {
          report(error);
        }
      }),
    );
  }
  return own;
}

function reportFailure({ log, showLog }: CommandContext, error: unknown): void {
  log.write('error', messageOf(error), error);
  const show = vscode.l10n.t('Show Log');
  void vscode.window.showErrorMessage(withoutLinks(messageOf(error)), show).then((answer) => {
    if (answer === show) showLog();
  });
}
