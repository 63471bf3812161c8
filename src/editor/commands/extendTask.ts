import * as vscode from 'vscode';
import type { ClockName } from '../../brokerApi/brokerProtocol.ts';
import { isJsonObject } from '../../common/json.ts';
import { extendedText } from '../notify/limitText.ts';
import { isLimited } from '../view/rowFacts.ts';
import type { CommandContext } from './commandContext.ts';
import { rowFor } from './pickRow.ts';
import { tell } from './tell.ts';

/** P9: gives a task more time than its limits say. */
export async function extendTask(context: CommandContext, argument?: unknown): Promise<void> {
  const seen = await rowFor(argument, {
    model: context.model,
    isFit: ({ row }) => isLimited(row),
    placeHolder: vscode.l10n.t('Which agent task is to have more time?'),
    nothing: vscode.l10n.t('No agent task with a time limit is running.'),
  });
  if (seen === undefined) return;
  const clock = clockOf(argument);
  const { row } = await context.link.request('tasks/extend', {
    id: seen.row.id,
    ...(clock !== undefined && { clock }),
  });
  tell(extendedText(row, clock));
}

/** Only the warning of one clock names it. */
function clockOf(argument: unknown): ClockName | undefined {
  const clock = isJsonObject(argument) ? argument.clock : undefined;
  return clock === 'total' || clock === 'idle' ? clock : undefined;
}
