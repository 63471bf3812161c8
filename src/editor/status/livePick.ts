import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import type { CommandContext } from '../commands/commandContext.ts';
import { itemsOf } from '../commands/pickRow.ts';
import { isRowItem } from '../commands/rowItems.ts';
import { isLive, isPausable, isPaused, type SeenRow } from '../view/rowFacts.ts';

const REVOKE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('debug-stop'),
  tooltip: vscode.l10n.t('Revoke (Stop)'),
};
const PAUSE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('debug-pause'),
  tooltip: vscode.l10n.t('Pause'),
};
const RESUME: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('debug-continue'),
  tooltip: vscode.l10n.t('Resume'),
};
const REFRESH_MS = 1_000;

/** What is running, with buttons to stop it, or to pause where that can be; choosing one shows its row. */
export function showLivePick(context: CommandContext, revoke: (id: string) => void): void {
  const own = new DisposableStore();
  const pick = own.add(vscode.window.createQuickPick());
  pick.title = vscode.l10n.t('Agent Tasks');
  pick.placeholder = vscode.l10n.t('Choose a task to see it in the side bar');
  pick.matchOnDescription = true;
  pick.keepScrollPosition = true;
  const refresh = () => showItems(pick, context);
  refresh();
  const timer = setInterval(refresh, REFRESH_MS);
  own.add({ dispose: () => clearInterval(timer) });
  own.add(
    pick.onDidTriggerItemButton(({ item, button }) => {
      if (!isRowItem(item)) return;
      if (button === REVOKE) revoke(item.id);
      else void vscode.commands.executeCommand(commandOf(button), item.id);
    }),
  );
  own.add(
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      pick.hide();
      if (isRowItem(item)) void context.view.reveal(item.id);
    }),
  );
  own.add(pick.onDidHide(() => own.dispose()));
  pick.show();
}

function commandOf(button: vscode.QuickInputButton): string {
  return `mcpTaskHandles.${button === PAUSE ? 'pauseTask' : 'resumeTask'}`;
}

function buttonsOf(seen: SeenRow | undefined): vscode.QuickInputButton[] {
  if (seen !== undefined && isPausable(seen.row)) return [PAUSE, REVOKE];
  return seen !== undefined && isPaused(seen.row) ? [RESUME, REVOKE] : [REVOKE];
}

/** New items for the same rows; the one the person is on stays theirs. */
function showItems(pick: vscode.QuickPick<vscode.QuickPickItem>, { model }: CommandContext): void {
  const [active] = pick.activeItems;
  const rows = model.all().filter(({ row }) => isLive(row));
  const items = itemsOf(model, rows).map((item) =>
    isRowItem(item) ? { ...item, buttons: buttonsOf(model.get(item.id)) } : item,
  );
  pick.items = items.length > 0 ? items : [{ label: vscode.l10n.t('No agent task is running.') }];
  if (!isRowItem(active)) return;
  const again = pick.items.find((item) => isRowItem(item) && item.id === active.id);
  if (again !== undefined) pick.activeItems = [again];
}
