import * as vscode from 'vscode';
import type { TaskModel } from '../taskModel.ts';
import { contextOf, isLive, type SeenRow } from './rowFacts.ts';
import { iconOf } from './rowIcon.ts';
import { descriptionOf, labelOf, type ProgressStyle, spokenLabelOf } from './rowText.ts';
import { tooltipOf } from './tooltip.ts';
import type { GroupNode, TreeNodes } from './treeNodes.ts';

/** Draws rows and groups; an item is made once and changed from then on. */
export class TreeItems {
  readonly #items = new Map<string, vscode.TreeItem>();

  constructor(
    private readonly model: TaskModel,
    private readonly nodes: TreeNodes,
  ) {}

  forget(id: string): void {
    this.#items.delete(id);
  }

  ofRow(id: string, nowMs: number, style: ProgressStyle): vscode.TreeItem {
    const item = this.#items.get(id) ?? this.#newItem(id);
    const seen = this.model.get(id);
    if (seen !== undefined) draw(item, seen, { nowMs, style });
    return item;
  }

  /** Without an icon: beside one, the editor indents every row by the width of a twistie. */
  ofGroup({ id }: GroupNode): vscode.TreeItem {
    const label = id === 'older' ? vscode.l10n.t('Older') : vscode.l10n.t('Other Windows');
    const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
    item.id = `group.${id}`;
    item.contextValue = 'group';
    item.description = this.describeGroup(id);
    return item;
  }

  describeGroup(id: GroupNode['id']): string {
    const ids = this.nodes.shape[id];
    const live = ids.filter((row) => this.#isLive(row)).length;
    return live > 0
      ? vscode.l10n.t('{0} running', live)
      : vscode.l10n.t('{0} finished', ids.length);
  }

  /** The tooltip is made only when somebody looks. */
  resolve(item: vscode.TreeItem, id: string, nowMs: number): vscode.TreeItem {
    const seen = this.model.get(id);
    if (seen === undefined) return item;
    // Neither trusted nor with icons or HTML: its text is the servers'.
    item.tooltip = new vscode.MarkdownString(
      tooltipOf(seen, {
        nowMs,
        isOtherWindow: !this.model.isOurs(seen.row),
        formatTime: (ms) => new Date(ms).toLocaleString(vscode.env.language),
      }),
    );
    return item;
  }

  #isLive(id: string): boolean {
    const seen = this.model.get(id);
    return seen !== undefined && isLive(seen.row);
  }

  #newItem(id: string): vscode.TreeItem {
    const item = new vscode.TreeItem('', vscode.TreeItemCollapsibleState.None);
    item.id = id;
    this.#items.set(id, item);
    return item;
  }
}

function draw(
  item: vscode.TreeItem,
  seen: SeenRow,
  { nowMs, style }: { nowMs: number; style: ProgressStyle },
): void {
  const { id, color } = iconOf(seen);
  item.label = labelOf(seen.row);
  item.description = descriptionOf(seen, nowMs, style);
  item.iconPath = new vscode.ThemeIcon(
    id,
    color === undefined ? undefined : new vscode.ThemeColor(color),
  );
  item.contextValue = contextOf(seen.row);
  item.accessibilityInformation = { label: spokenLabelOf(seen, nowMs) };
  // What was made for an earlier state must be made again.
  delete item.tooltip;
}
