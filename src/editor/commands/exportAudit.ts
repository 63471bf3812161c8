import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { auditPages } from '../../brokerApi/auditPages.ts';
import type { CommandContext } from './commandContext.ts';

const FILE_NAME = 'agent-tasks-audit.ndjson';

/** P8: the whole audit trail in a file of the person's choice, a row a line as the broker keeps it. */
export async function exportAudit({ link }: CommandContext): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Audit Trail'),
    saveLabel: vscode.l10n.t('Export'),
    defaultUri: vscode.Uri.joinPath(folder, FILE_NAME),
    filters: { [vscode.l10n.t('JSON Lines')]: ['ndjson'] },
  });
  if (target === undefined) return;
  const lines = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Exporting Audit Trail') },
    () => linesOf(link),
  );
  // In one go: a broker that is lost half way leaves no half file, nor spoils an older one.
  await vscode.workspace.fs.writeFile(target, Buffer.from(lines.join('')));
  void vscode.window.showInformationMessage(
    lines.length === 1
      ? vscode.l10n.t('1 row of the audit trail was exported.')
      : vscode.l10n.t('{0} rows of the audit trail were exported.', lines.length),
  );
}

async function linesOf(link: CommandContext['link']): Promise<string[]> {
  const lines: string[] = [];
  for await (const rows of auditPages((query) => link.request('audit/read', query))) {
    for (const row of rows) lines.push(`${JSON.stringify(row)}\n`);
  }
  return lines;
}
