import * as vscode from 'vscode';
import type { Clock } from '../../common/clock.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { setting } from '../setting.ts';
import type { RowsChange, TaskModel } from '../taskModel.ts';
import { DrawnRows } from './drawnRows.ts';
import { Pacer } from './pacer.ts';
import { shapeOf } from './rowOrder.ts';
import type { ProgressStyle } from './rowText.ts';
import { TreeItems } from './treeItems.ts';
import { type TreeNode, TreeNodes } from './treeNodes.ts';

const FASTEST_MS = 250;
/** How long a row stands still for its tooltip: the editor closes it when the row is drawn. */
const HOLD_MS = 8_000;

/** Feeds the view: tells the editor which rows look different, at most 4 times a second. */
export class TaskTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<TreeNode[] | undefined>());
  readonly #nodes = new TreeNodes();
  readonly #items: TreeItems;
  readonly #drawn = new DrawnRows();
  readonly #touched = new Set<string>();
  readonly #pacer: Pacer;
  readonly #groupTexts = new Map<string, string>();
  #style: ProgressStyle = 'bar';
  #held: string | undefined;
  #hold: Disposable | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly model: TaskModel,
    private readonly clock: Clock,
    private readonly loadOlder: () => void,
  ) {
    this.#items = new TreeItems(model, this.#nodes);
    this.#pacer = this.#store.add(new Pacer(clock, FASTEST_MS, () => this.#tell()));
    this.#store.add(model.onDidChange((change) => this.#touch(change)));
    this.#store.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('mcpTaskHandles.tree')) this.redrawAll();
      }),
    );
    this.redrawAll();
  }

  getChildren(element?: TreeNode): TreeNode[] {
    if (element?.kind === 'group' && element.id === 'older') this.loadOlder();
    return this.#nodes.children(element);
  }

  getParent(element: TreeNode): TreeNode | undefined {
    return this.#nodes.parentOf(element);
  }

  getTreeItem(element: TreeNode): vscode.TreeItem {
    if (element.kind === 'group') return this.#items.ofGroup(element);
    return this.#items.ofRow(element.id, this.clock.now(), this.#style);
  }

  resolveTreeItem(item: vscode.TreeItem, element: TreeNode): vscode.TreeItem {
    if (element.kind === 'group') return item;
    this.#holdStill(element.id);
    return this.#items.resolve(item, element.id, this.clock.now());
  }

  /** Time has passed for these rows: they are told if it shows. */
  redraw(ids: readonly string[]): void {
    for (const id of ids) this.#touched.add(id);
    this.#pacer.request();
  }

  redrawAll(): void {
    this.#style = setting<ProgressStyle>('tree.progressStyle') ?? 'bar';
    this.redraw(this.model.all().map(({ row }) => row.id));
  }

  /** Ids of the live rows that stand in the open. */
  liveIds(): readonly string[] {
    return this.#nodes.shape.live;
  }

  otherIds(): readonly string[] {
    return this.#nodes.shape.others;
  }

  /** The view is hidden: changes are kept until it is seen again. */
  setVisible(isVisible: boolean): void {
    if (isVisible) this.#pacer.resume();
    else this.#pacer.pause();
  }

  nodeOf(id: string): TreeNode {
    return this.#nodes.row(id);
  }

  dispose(): void {
    this.#hold?.dispose();
    this.#store.dispose();
  }

  #touch({ changed, removed }: RowsChange): void {
    for (const id of removed) {
      this.#items.forget(id);
      this.#drawn.forget(id);
      this.#touched.delete(id);
    }
    this.redraw(changed);
  }

  #tell(): void {
    const rows = this.model.all().map(({ row }) => row);
    const hasMoved = this.#nodes.reshape(shapeOf(rows, (row) => this.model.isOurs(row)));
    const held = hasMoved ? undefined : this.#held;
    const different = [...this.#touched].filter((id) => id !== held && this.#looksDifferent(id));
    const isHeldTouched = held !== undefined && this.#touched.has(held);
    this.#touched.clear();
    if (isHeldTouched) this.#touched.add(held);
    const nodes = [...different.map((id) => this.#nodes.row(id)), ...this.#differentGroups()];
    if (hasMoved) this.#changed.fire(undefined);
    else if (nodes.length > 0) this.#changed.fire(nodes);
  }

  /** A group says how many of its rows are live, also while it is closed. */
  #differentGroups(): TreeNode[] {
    return this.#nodes.children().filter((node) => {
      if (node.kind !== 'group') return false;
      const text = this.#items.describeGroup(node.id);
      const isDifferent = this.#groupTexts.get(node.id) !== text;
      this.#groupTexts.set(node.id, text);
      return isDifferent;
    });
  }

  /** Somebody looks at this row's tooltip. */
  #holdStill(id: string): void {
    this.#hold?.dispose();
    this.#held = id;
    this.#hold = this.clock.after(HOLD_MS, () => {
      this.#held = undefined;
      this.#pacer.request();
    });
  }

  #looksDifferent(id: string): boolean {
    const seen = this.model.get(id);
    return seen !== undefined && this.#drawn.update(seen, this.clock.now(), this.#style);
  }
}
