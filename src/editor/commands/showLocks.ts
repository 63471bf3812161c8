import * as vscode from 'vscode';
import { isLocked, lockedBy, lockLines } from '../authority/lockText.ts';
import { oneLine, withoutIcons, withoutLinks } from '../view/plainText.ts';
import type { CommandContext } from './commandContext.ts';

/** P8: what an administrator has locked; nothing here can change it. */
export async function showLocks({ link, work }: CommandContext): Promise<void> {
  await link.whenConnected();
  const { locks } = work;
  if (!isLocked(locks)) {
    void vscode.window.showInformationMessage(
      locks.problem === undefined
        ? vscode.l10n.t('No administrator has locked anything for agent tasks on this machine.')
        : withoutLinks(oneLine(locks.problem, 400)),
    );
    return;
  }
  const lines = lockLines(locks).map(([name, value]) => ({
    label: `$(lock) ${name}`,
    description: withoutIcons(value),
  }));
  const open = {
    label: `$(go-to-file) ${vscode.l10n.t('Open the File')}`,
    description: withoutIcons(locks.source ?? ''),
  };
  const picked = await vscode.window.showQuickPick([...lines, open], {
    title: vscode.l10n.t('Locked by {0}', lockedBy(locks)),
    placeHolder: vscode.l10n.t('What is locked is changed in the administrator’s file only'),
    matchOnDescription: true,
  });
  if (picked !== open || locks.source === null) return;
  await vscode.window.showTextDocument(vscode.Uri.file(locks.source));
}
