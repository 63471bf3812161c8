import * as vscode from 'vscode';
import { TaskHandlesError } from '../../common/errors.ts';

const COMMAND = 'mcp-task-handles panic';

/** Whether a request failed because nobody is there who could answer. */
export function isBrokerMissing(error: unknown): boolean {
  return TaskHandlesError.is(error, 'no_broker') || TaskHandlesError.is(error, 'link_lost');
}

/** P7: a broker that hangs cannot end anything; the terminal command does without it. */
export async function offerPanic(): Promise<void> {
  const open = vscode.l10n.t('Open Terminal');
  const answer = await vscode.window.showErrorMessage(
    vscode.l10n.t(
      'The broker does not answer: what it was to end may be running still. `{0}` in a terminal ends everything without it, and refuses new work.',
      COMMAND,
    ),
    { modal: true },
    open,
  );
  if (answer !== open) return;
  const terminal = vscode.window.createTerminal(vscode.l10n.t('Agent Tasks'));
  terminal.show();
  // Typed and not sent: the person sees what it is, and presses Enter.
  terminal.sendText(COMMAND, false);
}
