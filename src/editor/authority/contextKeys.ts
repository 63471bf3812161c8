import * as vscode from 'vscode';
import type { Disposable } from '../../common/disposable.ts';
import { isLocked } from './lockText.ts';
import { isLiftable } from './windowRefusals.ts';
import type { WorkState } from './workState.ts';

/** For the `when` clauses of menus and welcome: what is refused here, and whether a person may lift it. */
export function followInContext(work: WorkState): Disposable {
  const shown = new Map<string, boolean>();
  const show = (name: string, value: boolean) => {
    if (shown.get(name) === value) return;
    shown.set(name, value);
    void vscode.commands.executeCommand('setContext', `mcpTaskHandles.${name}`, value);
  };
  return work.onDidChange(() => {
    show('isRefusing', work.ofWindow.length > 0);
    show('mayAccept', work.ofWindow.some(isLiftable));
    show('hasLocks', isLocked(work.locks));
  });
}
