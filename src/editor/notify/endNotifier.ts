import * as vscode from 'vscode';
import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import type { Clock } from '../../common/clock.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { setting } from '../setting.ts';
import type { TaskModel } from '../taskModel.ts';
import { type EndNotice, isWorthTelling, noticeOf } from './endRule.ts';
import type { ToldIds } from './toldIds.ts';

/** How long a poll in flight may take to collect what it waits for. */
const GRACE_MS = 5_000;

export interface EndNotifierParts {
  readonly model: TaskModel;
  readonly told: ToldIds;
  readonly clock: Clock;
}

/** One message when tasks have ended and nobody took notice, also for those of before a reload. */
export class EndNotifier implements Disposable {
  readonly #store = new DisposableStore();
  readonly #seenEndedAt = new Map<string, number>();
  #timer: Disposable | undefined;

  constructor(private readonly parts: EndNotifierParts) {
    this.#store.add(parts.model.onDidChange(() => this.#look()));
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#store.dispose();
  }

  #look(): void {
    const { model, told, clock } = this.parts;
    if (!model.isFromBroker) return;
    told.keepOnly((id) => model.get(id) !== undefined);
    const waiting = this.#candidates();
    for (const { id } of waiting) {
      if (!this.#seenEndedAt.has(id)) this.#seenEndedAt.set(id, clock.monotonic());
    }
    if (waiting.length > 0) this.#timer ??= clock.after(GRACE_MS, () => this.#tell());
  }

  #candidates(): TaskRow[] {
    const { model, told } = this.parts;
    const rows = model.ownRows((row) => isWorthTelling(row) && !told.has(row.id));
    return rows.map(({ row }) => row);
  }

  #tell(): void {
    this.#timer = undefined;
    const latest = this.parts.clock.monotonic() - GRACE_MS / 2;
    const rows = this.#candidates().filter(
      ({ id }) => (this.#seenEndedAt.get(id) ?? latest) <= latest,
    );
    for (const { id } of rows) this.#seenEndedAt.delete(id);
    this.parts.told.add(rows.map(({ id }) => id));
    this.#look();
    const notice = noticeOf(rows);
    if (notice !== undefined && setting<boolean>('notifications') !== false) void show(notice);
  }
}

async function show({ severity, message, rows }: EndNotice): Promise<void> {
  const tell =
    severity === 'warning'
      ? vscode.window.showWarningMessage
      : vscode.window.showInformationMessage;
  const [first] = rows;
  const result = vscode.l10n.t('Show Result');
  const chat = vscode.l10n.t('Continue in Chat');
  const list = vscode.l10n.t('Show Agent Tasks');
  const answer = await tell(message, ...(rows.length === 1 ? [result, chat] : [list]));
  if (answer === result) {
    await vscode.commands.executeCommand('mcpTaskHandles.showResult', first?.id);
  }
  if (answer === chat) {
    await vscode.commands.executeCommand('mcpTaskHandles.continueInChat', first?.id);
  }
  if (answer === list) await vscode.commands.executeCommand('mcpTaskHandles.tasks.focus');
}
