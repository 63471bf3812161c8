import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { isInScope, type WorkScope } from '../../brokerApi/workRefusal.ts';
import { scopeText } from '../authority/refusalText.ts';
import { l10n } from '../l10n.ts';
import { oneLine } from '../view/plainText.ts';
import { isLive } from '../view/rowFacts.ts';
import { titleOf } from '../view/rowText.ts';

/** One thing that the kill switch can be pulled for, and what it would end. */
export interface KillChoice {
  readonly scope: WorkScope;
  readonly label: string;
  readonly live: readonly TaskRow[];
  /** What tells it from others of its kind. */
  readonly detail?: string;
}

/** Everything first; then this workspace, each server that has had a task, each chat that has one now. */
export function killChoices(
  rows: readonly TaskRow[],
  workspaceId: string | null,
): readonly KillChoice[] {
  const scopes: WorkScope[] = [{ kind: 'everything' }];
  if (workspaceId !== null) scopes.push({ kind: 'workspace', workspace: workspaceId });
  const choices = scopes.map((scope) => choiceOf(scope, rows, workspaceId));
  return [...choices, ...serverChoices(rows, workspaceId), ...chatChoices(rows, workspaceId)];
}

/** Servers of other workspaces only while something of theirs runs. */
function serverChoices(rows: readonly TaskRow[], workspaceId: string | null): KillChoice[] {
  const known = rows.filter((row) => row.workspace === workspaceId || isLive(row));
  const scopes = new Map(
    known.map(({ workspace, route }): [string, WorkScope] => [
      JSON.stringify([workspace, route]),
      { kind: 'route', workspace, route },
    ]),
  );
  return mostLiveFirst([...scopes.values()].map((scope) => choiceOf(scope, rows, workspaceId)));
}

function chatChoices(rows: readonly TaskRow[], workspaceId: string | null): KillChoice[] {
  const chats = rows.flatMap((row) =>
    isLive(row) && row.conversationId !== null ? [row.conversationId] : [],
  );
  const scopes = [...new Set(chats)].map(
    (conversationId): WorkScope => ({ kind: 'conversation', conversationId }),
  );
  return mostLiveFirst(
    scopes.map((scope) => {
      const choice = choiceOf(scope, rows, workspaceId);
      const [first] = choice.live;
      const label = l10n.t('Chat of {0}', oneLine(first?.client.name ?? '', 40));
      return { ...choice, label, detail: choice.live.map(titleOf).join(', ').slice(0, 120) };
    }),
  );
}

function choiceOf(
  scope: WorkScope,
  rows: readonly TaskRow[],
  workspaceId: string | null,
): KillChoice {
  const live = rows.filter((row) => isLive(row) && isInScope(scope, row));
  return { scope, label: scopeText(scope, workspaceId), live };
}

function mostLiveFirst(choices: readonly KillChoice[]): KillChoice[] {
  return [...choices].sort((a, b) => b.live.length - a.live.length);
}
