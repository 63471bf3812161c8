import * as vscode from 'vscode';
import type { CommandContext } from './commandContext.ts';
import { rowFor } from './pickRow.ts';
import { terminatedText, terminateQuestion } from './revokeWords.ts';
import { tell } from './tell.ts';

/** P6: ends by force the server process of a task that was ended and may be worked at still. */
export async function terminateServer(context: CommandContext, argument?: unknown): Promise<void> {
  const seen = await rowFor(argument, {
    model: context.model,
    isFit: ({ row }) => row.mayStillRun,
    placeHolder: vscode.l10n.t('The server of which ended task is to be terminated?'),
    nothing: vscode.l10n.t('No server is known to work on a task that has ended.'),
  });
  if (seen === undefined) return;
  const ids = [seen.row.id];
  const { alsoEnds } = await context.link.request('tasks/revokePlan', { ids });
  if (alsoEnds.length > 0) {
    const { message, detail } = terminateQuestion(seen.row, alsoEnds);
    const terminate = vscode.l10n.t('Terminate Server');
    const options = { modal: true, detail };
    const answer = await vscode.window.showWarningMessage(message, options, terminate);
    if (answer !== terminate) return;
    // Whoever chose their end need not be told of it.
    context.told.add(alsoEnds.map((row) => row.id));
  }
  const params = { ids, door: 'user', force: true } as const;
  const { outcomes } = await context.link.request('tasks/revoke', params);
  tell(terminatedText(outcomes));
}
