import * as vscode from 'vscode';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import { acceptedText, refusalText, scopeText } from '../authority/refusalText.ts';
import { isLiftable } from '../authority/windowRefusals.ts';
import { withoutIcons } from '../view/plainText.ts';
import type { CommandContext } from './commandContext.ts';
import { showLocks } from './showLocks.ts';
import { tell } from './tell.ts';

type Choice = { readonly kind: 'all' } | { readonly kind: 'one'; readonly refusal: WorkRefusal };
type Item = vscode.QuickPickItem & { readonly choice: Choice };

/** Lifts the only refusal there is; of several, the person chooses. */
export async function acceptNewWork(context: CommandContext): Promise<void> {
  const { link, work } = context;
  await link.whenConnected();
  const liftable = work.refusals.filter(isLiftable);
  if (liftable.length === 1) await lift(context, liftable[0]?.id);
  else await showRefusals(context);
}

/** What is refused by whom, each with the way to lift it. */
export async function showRefusals(context: CommandContext): Promise<void> {
  const { link, work } = context;
  await link.whenConnected();
  if (work.refusals.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No new work is refused.'));
    return;
  }
  const picked = await vscode.window.showQuickPick(itemsOf(work.refusals, link.workspaceId), {
    title: vscode.l10n.t('New Work Is Refused'),
    placeHolder: work.refusals.some(isLiftable)
      ? vscode.l10n.t('Choose what is to be accepted again')
      : vscode.l10n.t('Choose it to see what the administrator has locked'),
  });
  if (picked === undefined) return;
  const { choice } = picked;
  if (choice.kind === 'all') await lift(context);
  else if (isLiftable(choice.refusal)) await lift(context, choice.refusal.id);
  else await showLocks(context);
}

function itemsOf(refusals: readonly WorkRefusal[], workspaceId: string | null): Item[] {
  const all: Item = {
    label: `$(check-all) ${vscode.l10n.t('Accept All New Work')}`,
    choice: { kind: 'all' },
  };
  const items = refusals.map((refusal) => itemOf(refusal, workspaceId));
  return refusals.filter(isLiftable).length > 1 ? [all, ...items] : items;
}

function itemOf(refusal: WorkRefusal, workspaceId: string | null): Item {
  const formatTime = (ms: number) => new Date(ms).toLocaleString(vscode.env.language);
  return {
    label: isLiftable(refusal)
      ? `$(check) ${vscode.l10n.t('Accept New Work')}`
      : `$(lock) ${vscode.l10n.t('Only an administrator can lift this')}`,
    description: withoutIcons(scopeText(refusal.scope, workspaceId)),
    detail: withoutIcons(refusalText(refusal, formatTime)),
    choice: { kind: 'one', refusal },
  };
}

async function lift({ link, work }: CommandContext, id?: string): Promise<void> {
  const { lifted } = await link.request('work/accept', {
    door: 'user',
    ...(id !== undefined && { id }),
  });
  const gone = new Set(lifted.map((refusal) => refusal.id));
  tell(
    acceptedText(
      lifted,
      work.refusals.filter((refusal) => !gone.has(refusal.id)),
    ),
  );
}
