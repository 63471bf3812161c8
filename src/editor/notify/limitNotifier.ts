import * as vscode from 'vscode';
import type { BrokerNotifications } from '../../brokerApi/brokerProtocol.ts';
import type { Disposable } from '../../common/disposable.ts';
import type { BrokerLink } from '../brokerLink.ts';
import { setting } from '../setting.ts';
import type { TaskModel } from '../taskModel.ts';
import { warningKey, warningText } from './limitText.ts';

type Warning = BrokerNotifications['tasks/warned'];

export interface LimitNotifierParts {
  readonly model: TaskModel;
  readonly link: BrokerLink;
  readonly reveal: (id: string) => Promise<void>;
}

/** P9: asks the person, in the window of its workspace, when a task nears a limit. */
export class LimitNotifier implements Disposable {
  readonly #told = new Set<string>();
  readonly #subscription: Disposable;

  constructor(private readonly parts: LimitNotifierParts) {
    this.#subscription = parts.link.news.onDidWarn((warning) => this.#hear(warning));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #hear(warning: Warning): void {
    const key = warningKey(warning);
    if (!this.parts.model.isOurs(warning.row) || this.#told.has(key)) return;
    this.#told.add(key);
    if (setting<boolean>('notifications') !== false) void this.#ask(warning);
  }

  async #ask(warning: Warning): Promise<void> {
    const { id } = warning.row;
    const extend = vscode.l10n.t('Extend');
    const revoke = vscode.l10n.t('Revoke');
    const show = vscode.l10n.t('Show');
    const text = warningText(warning);
    const answer = await vscode.window.showWarningMessage(text, extend, revoke, show);
    if (answer === extend) {
      const { clock } = warning;
      await vscode.commands.executeCommand('mcpTaskHandles.extendTask', { kind: 'row', id, clock });
    }
    if (answer === revoke) await vscode.commands.executeCommand('mcpTaskHandles.revokeTask', id);
    if (answer === show) await this.parts.reveal(id);
  }
}
