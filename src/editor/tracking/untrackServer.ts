import * as vscode from 'vscode';
import { inputsOf } from '../../hostConfigs/entryHash.ts';
import { withoutIcons } from '../view/plainText.ts';
import { restoreOriginal } from './bothOn.ts';
import { visible, visibleInNotice } from './consentText.ts';
import { type Findings, type FoundServer, isTrackable } from './foundServer.ts';
import { openPlace } from './openPlace.ts';
import { isSameSource, type TrackedServer } from './trackedServers.ts';
import type { TrackingContext } from './trackingContext.ts';
import { type WantedServer, wantedServers } from './wantedServers.ts';

/** Lets a person pick a tracked server and gives it up; what it does goes on to its end. */
export async function untrackServer(context: TrackingContext): Promise<void> {
  const findings = await context.find();
  const { wanted } = wantedServers(context.tracked.all(), findings.servers);
  if (wanted.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No MCP server is tracked here.'));
    return;
  }
  const items = wanted.map((one) => ({
    label: withoutIcons(visible(one.tracked.route)),
    description: one.found?.label ?? vscode.l10n.t('no longer found'),
    one,
  }));
  const placeHolder = vscode.l10n.t('Which MCP server is no longer to be tracked?');
  const picked = await vscode.window.showQuickPick(items, { placeHolder });
  if (picked !== undefined) await untrack(picked.one, findings, context);
}

async function untrack(
  { tracked, found }: WantedServer,
  findings: Findings,
  context: TrackingContext,
): Promise<void> {
  if (tracked.source.kind === 'settings') return sayInSettings(tracked.name, found);
  await context.tracked.remove(tracked.route);
  const restored = found === undefined ? '' : await restoreOriginal(found, context);
  if (found !== undefined && isTrackable(found)) {
    await context.consent.withdraw(found);
    await context.answers.forget(found, stillUsed(tracked, findings, context));
  }
  await context.keeper.look();
  const message = vscode.l10n.t('`{0}` is no longer tracked.', visibleInNotice(tracked.name));
  void vscode.window.showInformationMessage([message, restored].join(' ').trim());
}

/** Inputs are shared by the servers of a file. */
function stillUsed(
  { source }: TrackedServer,
  { servers }: Findings,
  { tracked }: TrackingContext,
): ReadonlySet<string> {
  const others = servers.filter(
    (found) => isSameSource(found.source, source) && tracked.find(found.name, source),
  );
  return new Set(
    others.flatMap((found) => (isTrackable(found) ? inputsOf(found.server.entry) : [])),
  );
}

async function sayInSettings(name: string, found: FoundServer | undefined): Promise<void> {
  const open = vscode.l10n.t('Open Settings');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      '`{0}` is tracked by a setting: take it out of mcpTaskHandles.servers.',
      visibleInNotice(name),
    ),
    open,
  );
  if (answer === open && found !== undefined) await openPlace(found);
}
