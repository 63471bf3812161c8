import * as vscode from 'vscode';
import { isAllowedHere } from './restrictedMode.ts';
import { SAMPLE_NAME, SAMPLE_SOURCE } from './sampleServer.ts';
import type { TrackingContext } from './trackingContext.ts';

const OPEN_CHAT = 'workbench.action.chat.open';
/** Not translated: models read it. */
const QUESTION = 'Call the tool sample_build with {"seconds": 60} and tell me what comes back.';

/** Tracks the bundled server, and says what to ask. */
export async function trySample({ tracked, keeper }: TrackingContext): Promise<void> {
  if (!(await isAllowedHere())) return;
  await tracked.add(SAMPLE_NAME, SAMPLE_SOURCE);
  await keeper.look();
  const ask = vscode.l10n.t('Ask in Chat');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('The sample server is on. Ask your agent: "{0}"', QUESTION),
    ask,
  );
  if (answer === ask) await openChat();
}

async function openChat(): Promise<void> {
  const commands = await vscode.commands.getCommands(true);
  if (commands.includes(OPEN_CHAT)) {
    await vscode.commands.executeCommand(OPEN_CHAT, { query: QUESTION, isPartialQuery: true });
    return;
  }
  await vscode.env.clipboard.writeText(QUESTION);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('This editor has no chat to open. The question for your agent is copied.'),
  );
}
