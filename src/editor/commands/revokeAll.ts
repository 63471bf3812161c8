import * as vscode from 'vscode';
import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import type { WorkScope } from '../../brokerApi/workRefusal.ts';
import { withoutIcons } from '../view/plainText.ts';
import { isLive } from '../view/rowFacts.ts';
import type { CommandContext } from './commandContext.ts';
import { type KillChoice, killChoices } from './killScopes.ts';
import { killedText, killQuestion, unwrittenText } from './killWords.ts';
import { isBrokerMissing, offerPanic } from './offerPanic.ts';
import { separator } from './rowItems.ts';
import { tell } from './tell.ts';

/** The kill switch (P7): ends all work of a scope, and refuses new work of it. */
export async function revokeAllTasks(context: CommandContext): Promise<void> {
  try {
    await askAndRevoke(context);
  } catch (error) {
    if (!isBrokerMissing(error)) throw error;
    await offerPanic();
  }
}

async function askAndRevoke(context: CommandContext): Promise<void> {
  const { link, model, told, work } = context;
  await link.whenConnected();
  const rows = model.all().map(({ row }) => row);
  const choices = killChoices(rows, link.workspaceId);
  const choice = await chooseFrom(choices, work.canRefuse);
  if (choice === undefined) return;
  const { canRefuse } = work;
  if (!canRefuse && choice.live.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No agent task is running.'));
    return;
  }
  const alsoEnds = await alsoEndsWith(context, choice);
  const { message, detail, answer } = killQuestion({ choice, alsoEnds, canRefuse });
  const options = { modal: true, detail };
  if ((await vscode.window.showWarningMessage(message, options, answer)) !== answer) return;
  // Whoever chose their end need not be told of it.
  told.add([...choice.live, ...alsoEnds].map(({ id }) => id));
  const { scope } = choice;
  const answered = await link.request('tasks/revokeAll', { door: 'user', scope });
  const { outcomes, refusal, isUnwritten } = answered;
  const revoked = outcomes.filter(({ outcome }) => outcome === 'revoked').length;
  tell(killedText(revoked, Boolean(refusal)));
  if (isUnwritten === true) void vscode.window.showWarningMessage(unwrittenText());
}

type ChoiceItem = vscode.QuickPickItem & { readonly choice?: KillChoice };

/** An older broker knows no scopes, and would end everything whichever were named. */
async function chooseFrom(
  choices: readonly KillChoice[],
  canRefuse: boolean,
): Promise<KillChoice | undefined> {
  if (!canRefuse) return choices[0];
  const ofKind = (...kinds: WorkScope['kind'][]) =>
    choices.filter(({ scope }) => kinds.includes(scope.kind)).map(itemOf);
  const items = [
    ...ofKind('everything', 'workspace'),
    ...titled(vscode.l10n.t('One Server'), ofKind('route')),
    ...titled(vscode.l10n.t('One Chat'), ofKind('conversation')),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Revoke All Tasks and Refuse New Work'),
    placeHolder: vscode.l10n.t('What is to be ended? You are asked once more.'),
  });
  return picked?.choice;
}

function itemOf(choice: KillChoice): ChoiceItem {
  const { label, live, detail } = choice;
  return {
    label: withoutIcons(label),
    description: vscode.l10n.t('{0} running', live.length),
    ...(detail !== undefined && { detail: withoutIcons(detail) }),
    choice,
  };
}

function titled(title: string, items: readonly ChoiceItem[]): ChoiceItem[] {
  return items.length === 0 ? [] : [separator(title), ...items];
}

async function alsoEndsWith(
  { link }: CommandContext,
  { scope, live }: KillChoice,
): Promise<readonly TaskRow[]> {
  if (scope.kind === 'everything' || live.length === 0) return [];
  const { alsoEnds } = await link.request('tasks/revokePlan', { ids: live.map(({ id }) => id) });
  return alsoEnds.filter(isLive);
}
