import * as vscode from 'vscode';

/** In Restricted Mode nothing is read, asked or started; says so, and how to leave it. */
export async function isAllowedHere(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = vscode.l10n.t('Manage Workspace Trust');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('No MCP server is started in Restricted Mode. Trust this workspace first.'),
    manage,
  );
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
