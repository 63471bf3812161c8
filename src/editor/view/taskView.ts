import * as vscode from 'vscode';
import type { Clock } from '../../common/clock.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { lockedSentence } from '../authority/lockText.ts';
import { refusedSentence } from '../authority/refusalText.ts';
import type { WorkState } from '../authority/workState.ts';
import type { BrokerLink } from '../brokerLink.ts';
import type { TaskModel } from '../taskModel.ts';
import type { TaskTree } from './taskTree.ts';
import type { RowNode, TreeNode } from './treeNodes.ts';
import { viewMessageOf } from './viewMessage.ts';

export const TASK_VIEW_ID = 'mcpTaskHandles.tasks';

const TICK_MS = 1_000;
/** Rows at rest tell minutes: looked at four times in each, so that none is told late. */
const TICKS_FOR_ALL = 15;

export interface TaskViewParts {
  readonly model: TaskModel;
  readonly link: BrokerLink;
  readonly tree: TaskTree;
  readonly clock: Clock;
  readonly work: WorkState;
}

/** The view around the tree: what is seen, its badge, its message, and the passing of time. */
export class TaskView implements Disposable {
  readonly #store = new DisposableStore();
  readonly #view: vscode.TreeView<TreeNode>;
  #timer: Disposable | undefined;
  #tickCount = 0;
  #isOthersOpen = false;

  constructor(private readonly parts: TaskViewParts) {
    const { model, link, tree, work } = parts;
    this.#view = this.#store.add(
      vscode.window.createTreeView(TASK_VIEW_ID, { treeDataProvider: tree }),
    );
    this.#store.add(this.#view.onDidChangeVisibility(() => this.#followVisibility()));
    this.#store.add(this.#view.onDidExpandElement((event) => this.#noteGroup(event.element, true)));
    this.#store.add(
      this.#view.onDidCollapseElement((event) => this.#noteGroup(event.element, false)),
    );
    this.#store.add(
      model.onDidChange(() => {
        this.#showBadge();
        this.#showMessage();
      }),
    );
    this.#store.add(link.onDidChangeState(() => this.#showMessage()));
    this.#store.add(work.onDidChange(() => this.#showMessage()));
    this.#showBadge();
    this.#followVisibility();
  }

  /** The row that the keyboard is on. */
  get selectedRow(): RowNode | undefined {
    const [node] = this.#view.selection;
    return node?.kind === 'row' ? node : undefined;
  }

  async reveal(id: string): Promise<void> {
    // A hidden view has not been told yet where the row stands.
    this.parts.tree.setVisible(true);
    await this.#view.reveal(this.parts.tree.nodeOf(id), { select: true, focus: true });
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#store.dispose();
  }

  #noteGroup(element: TreeNode, isOpen: boolean): void {
    if (element.kind === 'group' && element.id === 'others') this.#isOthersOpen = isOpen;
  }

  #followVisibility(): void {
    const { visible } = this.#view;
    this.parts.tree.setVisible(visible);
    this.#timer?.dispose();
    this.#timer = undefined;
    if (!visible) return;
    this.parts.tree.redrawAll();
    this.#tickLater();
  }

  #tickLater(): void {
    this.#timer = this.parts.clock.after(TICK_MS, () => {
      this.#tick();
      this.#tickLater();
    });
  }

  /** Live rows show seconds, the others minutes. */
  #tick(): void {
    const { tree } = this.parts;
    this.#tickCount = (this.#tickCount + 1) % TICKS_FOR_ALL;
    const ids = this.#isOthersOpen ? [...tree.liveIds(), ...tree.otherIds()] : tree.liveIds();
    if (this.#tickCount === 0) tree.redrawAll();
    else if (ids.length > 0) tree.redraw(ids);
  }

  #showBadge(): void {
    const count = this.parts.model.ownLiveRows().length;
    if ((this.#view.badge?.value ?? 0) === count) return;
    this.#view.badge =
      count === 0
        ? undefined
        : {
            value: count,
            tooltip:
              count === 1
                ? vscode.l10n.t('1 agent task is running')
                : vscode.l10n.t('{0} agent tasks are running', count),
          };
  }

  #showMessage(): void {
    const { link, model, work } = this.parts;
    const message = viewMessageOf({
      linkState: link.state,
      lastError: link.lastError,
      hasOnlyOthers: model.hasOnlyOthers,
      isEmpty: model.isEmpty,
      refused: refusedSentence(work.ofWindow),
      locked: lockedSentence(work.locks),
    });
    const shown = this.#view.message ?? '';
    if (message !== undefined && message !== shown) this.#view.message = message;
  }
}
