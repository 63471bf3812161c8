import * as vscode from 'vscode';
import { isLive } from '../view/rowFacts.ts';
import type { CommandContext } from './commandContext.ts';
import { rowFor } from './pickRow.ts';

export async function showResult(context: CommandContext, argument?: unknown): Promise<void> {
  const seen = await rowFor(argument, {
    model: context.model,
    isFit: ({ row }) => !isLive(row),
    placeHolder: vscode.l10n.t('Which result do you want to see?'),
    nothing: vscode.l10n.t('No agent task has ended yet.'),
  });
  if (seen !== undefined) await context.results.show(seen.row);
}

export async function copyHandle(context: CommandContext, argument?: unknown): Promise<void> {
  const seen = await rowFor(argument, {
    model: context.model,
    isFit: ({ row }) => row.handle !== null,
    placeHolder: vscode.l10n.t('Whose handle do you want to copy?'),
    nothing: vscode.l10n.t('There is no agent task yet.'),
  });
  const handle = seen?.row.handle;
  if (!handle) return;
  await vscode.env.clipboard.writeText(handle);
  vscode.window.setStatusBarMessage(vscode.l10n.t('{0} is copied.', handle), 4_000);
}

/** The agent gets its handle now instead of after the usual time. */
export async function handOffNow(context: CommandContext, argument?: unknown): Promise<void> {
  const seen = await rowFor(argument, {
    model: context.model,
    isFit: ({ row }) => row.kind === 'call' && isLive(row),
    placeHolder: vscode.l10n.t('Which call is to become a task now?'),
    nothing: vscode.l10n.t('No agent is waiting for a call.'),
  });
  if (seen === undefined) return;
  const { handle } = await context.link.request('calls/handOff', { id: seen.row.id });
  if (handle !== null) return;
  void vscode.window.showInformationMessage(
    vscode.l10n.t('This call ended before it could be handed off, or is a task already.'),
  );
}
