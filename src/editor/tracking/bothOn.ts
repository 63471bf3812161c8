import * as vscode from 'vscode';
import { messageOf } from '../../common/errors.ts';
import { withoutLinks } from '../view/plainText.ts';
import { visibleInNotice } from './consentText.ts';
import type { FoundServer } from './foundServer.ts';
import { openPlace } from './openPlace.ts';
import type { Original } from './originals.ts';
import type { TrackingContext } from './trackingContext.ts';

const LIST_SERVERS = 'workbench.mcp.listServer';

/** Warns that agents may call either of two equal servers, and offers to take one away. */
export async function offerToDisable(found: FoundServer, context: TrackingContext): Promise<void> {
  const disable = vscode.l10n.t('Disable the Original');
  const keep = vscode.l10n.t('Keep Both');
  const message = vscode.l10n.t(
    '`{0}` and its tracked twin are both on: agents may call either.',
    visibleInNotice(found.name),
  );
  const whole = [message, consequence(found)].join(' ').trim();
  const answer = await vscode.window.showWarningMessage(whole, disable, keep);
  if (answer !== disable) return;
  const original = originalOf(found);
  if (original === undefined) await vscode.commands.executeCommand(LIST_SERVERS);
  else await disableOriginal(found, original, context);
}

/** What a person might not think of. */
function consequence({ source, label }: FoundServer): string {
  if (source.kind === 'user') {
    return vscode.l10n.t('Disabling it comments it out in {0}, for all workspaces.', label);
  }
  if (source.kind === 'root') {
    return vscode.l10n.t(
      '{0} serves other agents, too, so switch it off in the list of servers.',
      label,
    );
  }
  return '';
}

async function disableOriginal(
  found: FoundServer,
  original: Original,
  context: TrackingContext,
): Promise<void> {
  const { originals, keeper, log } = context;
  try {
    requireSaved(original.path);
    const backup = await originals.disable(original);
    log.write('info', `The original of ${found.name} is disabled; backup: ${backup}`);
    await keeper.look();
    await sayDisabled(found, context);
  } catch (error) {
    log.write('warn', `The original of ${found.name} stays on.`, error);
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        'The original of `{0}` stays on: {1}',
        visibleInNotice(found.name),
        withoutLinks(messageOf(error)),
      ),
    );
  }
}

async function sayDisabled(found: FoundServer, context: TrackingContext): Promise<void> {
  const open = vscode.l10n.t('Open File');
  const undo = vscode.l10n.t('Undo');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      '`{0}` is commented out in {1}. Untrack brings it back.',
      visibleInNotice(found.name),
      found.label,
    ),
    open,
    undo,
  );
  if (answer === open) await openPlace(found);
  if (answer !== undo) return;
  await restoreOriginal(found, context);
  await context.keeper.look();
}

/** Brings an original back if we disabled it; answers what to tell about it, if anything. */
export async function restoreOriginal(
  found: FoundServer,
  { originals, log }: Pick<TrackingContext, 'originals' | 'log'>,
): Promise<string> {
  const original = originalOf(found);
  if (original === undefined || !(await originals.isDisabled(original))) return '';
  try {
    requireSaved(original.path);
    await originals.restore(original);
    return vscode.l10n.t('The original in {0} is on again.', found.label);
  } catch (error) {
    log.write('warn', `The original of ${found.name} was not brought back.`, error);
    return vscode.l10n.t('The original was not brought back: {0}', messageOf(error));
  }
}

/** An entry that only this editor reads. Others need what stands in `.mcp.json`. */
function originalOf({ name, path, source }: FoundServer): Original | undefined {
  const isEditors = source.kind === 'vscode' || source.kind === 'user';
  return path !== null && isEditors ? { path, name } : undefined;
}

/** What stands unsaved in an editor would be lost, or would undo us when it is saved. */
function requireSaved(path: string): void {
  const documents = vscode.workspace.textDocuments;
  const isDirty = documents.some(({ uri, isDirty }) => isDirty && uri.fsPath === path);
  if (isDirty) throw new Error(vscode.l10n.t('{0} has unsaved changes; save it first.', path));
}
