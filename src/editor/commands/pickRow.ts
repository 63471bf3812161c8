import * as vscode from 'vscode';
import { isJsonObject } from '../../common/json.ts';
import type { TaskModel } from '../taskModel.ts';
import type { SeenRow } from '../view/rowFacts.ts';
import { isRowItem, rowItemOf, separator } from './rowItems.ts';

export interface PickRowOptions {
  readonly model: TaskModel;
  /** Which rows the command can work on. */
  readonly isFit: (seen: SeenRow) => boolean;
  readonly placeHolder: string;
  /** Said when there is no such row. */
  readonly nothing: string;
}

/** The row that a command is meant for: the one it was invoked on, else one that is picked. */
export async function rowFor(
  argument: unknown,
  options: PickRowOptions,
): Promise<SeenRow | undefined> {
  const { model } = options;
  const id = idOf(argument);
  const named =
    id === undefined
      ? undefined
      : model.all().find(({ row }) => row.id === id || row.handle === id);
  if (named !== undefined) return named;
  const picked = await pick(options);
  return picked === undefined ? undefined : model.get(picked);
}

/** Menus pass the tree's element, programs an id or a handle, the palette nothing. */
function idOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  if (!isJsonObject(argument) || argument.kind !== 'row') return undefined;
  return typeof argument.id === 'string' ? argument.id : undefined;
}

async function pick(options: PickRowOptions): Promise<string | undefined> {
  const { model, isFit, placeHolder, nothing } = options;
  const rows = model.all().filter(isFit);
  if (rows.length === 0) {
    void vscode.window.showInformationMessage(nothing);
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(itemsOf(model, rows), {
    placeHolder,
    matchOnDescription: true,
  });
  return isRowItem(picked) ? picked.id : undefined;
}

/** This window's rows first. */
export function itemsOf(model: TaskModel, rows: readonly SeenRow[]): vscode.QuickPickItem[] {
  const now = Date.now();
  const isOurs = ({ row }: SeenRow) => model.isOurs(row);
  const others = rows.filter((seen) => !isOurs(seen));
  return [
    ...rows.filter(isOurs).map((seen) => rowItemOf(seen, now)),
    ...(others.length > 0 ? [separator(vscode.l10n.t('Other Windows'))] : []),
    ...others.map((seen) => rowItemOf(seen, now)),
  ];
}
