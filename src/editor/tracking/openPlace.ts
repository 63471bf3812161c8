import * as vscode from 'vscode';
import type { FoundServer } from './foundServer.ts';

/** Opens where a server stands. */
export async function openPlace({
  path,
  source,
}: Pick<FoundServer, 'path' | 'source'>): Promise<void> {
  if (path !== null) {
    await vscode.window.showTextDocument(vscode.Uri.file(path));
    return;
  }
  await openSettings(source.kind === 'settings' && source.folder !== null);
}

export async function openSettings(isOfWorkspace = false): Promise<void> {
  const level = isOfWorkspace ? 'Workspace' : '';
  const command = `workbench.action.open${level}Settings`;
  await vscode.commands.executeCommand(command, { query: 'mcpTaskHandles.servers' });
}
