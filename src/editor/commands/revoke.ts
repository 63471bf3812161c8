import * as vscode from 'vscode';
import { isLive } from '../view/rowFacts.ts';
import type { CommandContext } from './commandContext.ts';
import { rowFor } from './pickRow.ts';
import { alsoEndsAnswer, alsoEndsQuestion, outcomeText } from './revokeWords.ts';
import { tell } from './tell.ts';

/** One click; a question only if the person would end more than they see. */
export async function revokeTask(context: CommandContext, argument?: unknown): Promise<void> {
  const seen = await rowFor(argument, {
    model: context.model,
    isFit: ({ row }) => isLive(row),
    placeHolder: vscode.l10n.t('Which agent task is to be revoked (stopped)?'),
    nothing: vscode.l10n.t('No agent task is running.'),
  });
  if (seen !== undefined) await revokeById(context, seen.row.id);
}

export async function revokeById(context: CommandContext, id: string): Promise<void> {
  const force = await askForce(context, id);
  if (force === undefined) return;
  const { outcomes } = await context.link.request('tasks/revoke', {
    ids: [id],
    door: 'user',
    force,
  });
  tell(outcomeText(outcomes));
}

/** Whether to end what shares the process; `undefined`: the person changed their mind. */
async function askForce(
  { link, model, told }: CommandContext,
  id: string,
): Promise<boolean | undefined> {
  const { alsoEnds } = await link.request('tasks/revokePlan', { ids: [id] });
  if (alsoEnds.length === 0) return false;
  const { message, detail } = alsoEndsQuestion(model.get(id)?.row, alsoEnds);
  const both = alsoEndsAnswer(alsoEnds.length);
  const only = vscode.l10n.t('Revoke Only This');
  const options = { modal: true, detail };
  const answer = await vscode.window.showWarningMessage(message, options, only, both);
  // Whoever chose their end need not be told of it.
  if (answer === both) told.add(alsoEnds.map((row) => row.id));
  return answer === undefined ? undefined : answer === both;
}
