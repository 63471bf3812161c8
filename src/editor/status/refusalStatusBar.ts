import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { refusalText, refusedLabel, scopeText } from '../authority/refusalText.ts';
import { isLiftable } from '../authority/windowRefusals.ts';
import type { WorkState } from '../authority/workState.ts';
import { withoutIcons } from '../view/plainText.ts';

/** P7: that new work of this window is refused, in a colour nobody overlooks; a click lifts it. */
export class RefusalStatusBar implements Disposable {
  readonly #store = new DisposableStore();
  readonly #item = this.#store.add(
    vscode.window.createStatusBarItem('mcpTaskHandles.refused', vscode.StatusBarAlignment.Left, 11),
  );

  constructor(
    private readonly work: WorkState,
    private readonly workspaceId: string | null,
  ) {
    this.#item.name = vscode.l10n.t('Refused Agent Work');
    this.#item.command = 'mcpTaskHandles.showRefusals';
    this.#item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
    this.#store.add(work.onDidChange(() => this.#update()));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #update(): void {
    const refusals = this.work.ofWindow;
    const label = refusedLabel(refusals);
    if (label === undefined) {
      this.#item.hide();
      return;
    }
    const whatToDo = refusals.some(isLiftable)
      ? vscode.l10n.t('Click to accept new work again.')
      : vscode.l10n.t('Only the administrator can lift this; click to see more.');
    const formatTime = (ms: number) => new Date(ms).toLocaleTimeString(vscode.env.language);
    const lines = refusals.map(
      (refusal) =>
        `${scopeText(refusal.scope, this.workspaceId)}. ${refusalText(refusal, formatTime)}`,
    );
    this.#item.text = `$(circle-slash) ${withoutIcons(label)}`;
    this.#item.tooltip = [...lines, whatToDo].join('\n');
    this.#item.accessibilityInformation = { label: `${label}. ${whatToDo}`, role: 'button' };
    this.#item.show();
  }
}
