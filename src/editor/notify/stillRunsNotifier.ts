import * as vscode from 'vscode';
import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import type { Disposable } from '../../common/disposable.ts';
import { setting } from '../setting.ts';
import type { TaskModel } from '../taskModel.ts';
import { isWorthTerminating, stillRunsText } from './stillRunsRule.ts';
import type { ToldIds } from './toldIds.ts';

export interface StillRunsParts {
  readonly model: TaskModel;
  readonly told: ToldIds;
}

/** P6: asks once about a server that was asked to stop, has not said that it did, and lives on. */
export class StillRunsNotifier implements Disposable {
  readonly #subscription: Disposable;

  constructor(private readonly parts: StillRunsParts) {
    this.#subscription = parts.model.onDidChange(() => this.#look());
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #look(): void {
    const { model, told } = this.parts;
    if (!model.isFromBroker) return;
    told.keepOnly((id) => model.get(id) !== undefined);
    const isNew = (row: TaskRow) => isWorthTerminating(row) && !told.has(row.id);
    for (const { row } of model.ownRows(isNew)) {
      told.add([row.id]);
      if (setting<boolean>('notifications') !== false) void ask(row);
    }
  }
}

async function ask(row: TaskRow): Promise<void> {
  const terminate = vscode.l10n.t('Terminate Server');
  const answer = await vscode.window.showWarningMessage(stillRunsText(row), terminate);
  if (answer !== terminate) return;
  await vscode.commands.executeCommand('mcpTaskHandles.terminateServer', row.id);
}
