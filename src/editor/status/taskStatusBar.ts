import * as vscode from 'vscode';
import type { Clock } from '../../common/clock.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { lockedSentence } from '../authority/lockText.ts';
import type { WorkState } from '../authority/workState.ts';
import type { TaskModel } from '../taskModel.ts';
import { Pacer } from '../view/pacer.ts';
import { titleOf } from '../view/rowText.ts';
import { statusTextOf } from './statusText.ts';

const FASTEST_MS = 250;

export interface TaskStatusBarParts {
  readonly model: TaskModel;
  readonly clock: Clock;
  readonly work: WorkState;
}

/** The live tasks of this window at a glance; not there when there is none. */
export class TaskStatusBar implements Disposable {
  readonly #store = new DisposableStore();
  readonly #item = this.#store.add(
    vscode.window.createStatusBarItem('mcpTaskHandles.live', vscode.StatusBarAlignment.Left, 10),
  );
  readonly #pacer: Pacer;

  constructor(private readonly parts: TaskStatusBarParts) {
    const { model, clock, work } = parts;
    this.#item.name = vscode.l10n.t('Agent Tasks');
    this.#item.command = 'mcpTaskHandles.showTasks';
    this.#pacer = this.#store.add(new Pacer(clock, FASTEST_MS, () => this.#update()));
    this.#store.add(model.onDidChange(() => this.#pacer.request()));
    this.#store.add(work.onDidChange(() => this.#pacer.request()));
    this.#pacer.request();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #update(): void {
    const { model, clock, work } = this.parts;
    const live = model.ownLiveRows();
    const shown = statusTextOf(live, clock.now());
    if (shown === undefined) {
      this.#item.hide();
      return;
    }
    this.#item.text = shown.text;
    this.#item.tooltip = [
      vscode.l10n.t('Agent tasks: click to see or stop them'),
      ...live.slice(0, 10).map(({ row }) => titleOf(row)),
      lockedSentence(work.locks),
    ]
      .filter((line) => line !== '')
      .join('\n');
    this.#item.accessibilityInformation = { label: shown.spoken, role: 'button' };
    this.#item.show();
  }
}
