import * as vscode from 'vscode';
import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { chatSentenceOf } from './chatSentence.ts';
import type { CommandContext } from './commandContext.ts';
import { rowFor } from './pickRow.ts';

const OPEN_CHAT = 'workbench.action.chat.open';

export async function continueInChat(context: CommandContext, argument?: unknown): Promise<void> {
  const seen = await rowFor(argument, {
    model: context.model,
    isFit: ({ row }) => row.handle !== null,
    placeHolder: vscode.l10n.t('Which agent task is the chat to go on with?'),
    nothing: vscode.l10n.t('There is no agent task yet.'),
  });
  if (seen !== undefined) await openChatWith(seen.row);
}

/** Prefills the chat, and sends nothing: nothing wakes an agent but the person. */
async function openChatWith(row: TaskRow): Promise<void> {
  if (row.handle === null) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The agent still waits for this call: there is no handle to go on with yet.'),
    );
    return;
  }
  const query = chatSentenceOf(row);
  const commands = await vscode.commands.getCommands(true);
  if (commands.includes(OPEN_CHAT)) {
    await vscode.commands.executeCommand(OPEN_CHAT, { query, isPartialQuery: true });
    return;
  }
  await vscode.env.clipboard.writeText(query);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('This editor has no chat to open. The sentence for your agent is copied.'),
  );
}
