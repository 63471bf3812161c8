import * as vscode from 'vscode';
import { isPausable, isPaused } from '../view/rowFacts.ts';
import type { CommandContext } from './commandContext.ts';
import { pausedText, resumedText } from './pauseWords.ts';
import { rowFor } from './pickRow.ts';
import { tell } from './tell.ts';

/** P9: stops the processes of a task, and its clocks. */
export async function pauseTask(context: CommandContext, argument?: unknown): Promise<void> {
  const seen = await rowFor(argument, {
    model: context.model,
    isFit: ({ row }) => isPausable(row),
    placeHolder: vscode.l10n.t('Which agent task is to be paused?'),
    nothing: vscode.l10n.t(
      'No running agent task can be paused: their servers do other work too. The setting “Isolation” gives each call a server process of its own.',
    ),
  });
  if (seen === undefined) return;
  const { row } = await context.link.request('tasks/pause', { id: seen.row.id, door: 'user' });
  tell(pausedText(row));
}

export async function resumeTask(context: CommandContext, argument?: unknown): Promise<void> {
  const seen = await rowFor(argument, {
    model: context.model,
    isFit: ({ row }) => isPaused(row),
    placeHolder: vscode.l10n.t('Which agent task is to go on?'),
    nothing: vscode.l10n.t('No agent task is paused.'),
  });
  if (seen === undefined) return;
  const { row } = await context.link.request('tasks/resume', { id: seen.row.id, door: 'user' });
  tell(resumedText(row));
}
