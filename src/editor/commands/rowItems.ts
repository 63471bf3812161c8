import * as vscode from 'vscode';
import { withoutIcons } from '../view/plainText.ts';
import type { SeenRow } from '../view/rowFacts.ts';
import { iconOf } from '../view/rowIcon.ts';
import { stateText, titleOf } from '../view/rowText.ts';

export interface RowItem extends vscode.QuickPickItem {
  readonly id: string;
}

/** A row as an entry of a quick pick, where `$(…)` in untrusted text must stay text. */
export function rowItemOf(seen: SeenRow, nowMs: number): RowItem {
  return {
    id: seen.row.id,
    label: `$(${iconOf(seen).id}) ${withoutIcons(titleOf(seen.row))}`,
    description: withoutIcons(stateText(seen, nowMs)),
  };
}

export function separator(label: string): vscode.QuickPickItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

export function isRowItem(item: vscode.QuickPickItem | undefined): item is RowItem {
  return item !== undefined && 'id' in item;
}
