import * as vscode from 'vscode';
import { offerToDisable } from './bothOn.ts';
import { visibleInNotice } from './consentText.ts';
import type { FoundServer, TrackableServer } from './foundServer.ts';
import { openSettings } from './openPlace.ts';
import { pickServer } from './pickServer.ts';
import { isAllowedHere } from './restrictedMode.ts';
import type { TrackingContext } from './trackingContext.ts';

/** Lets a person pick a server and tracks it. */
export async function trackServer(context: TrackingContext): Promise<void> {
  if (!(await isAllowedHere())) return;
  const findings = await context.find();
  for (const problem of findings.problems) context.log.write('warn', problem);
  const servers = findings.servers.filter((found) => isNew(found, context));
  if (servers.length === 0 && findings.problems.length === 0) return sayNothingFound(context);
  const picked = await pickServer(servers, findings);
  if (picked !== undefined) await track(picked, context);
}

/** Consent, inputs, then the twin; each of them may be declined, and nothing has happened. */
export async function track(found: TrackableServer, context: TrackingContext): Promise<void> {
  const { consent, answers, tracked, keeper } = context;
  if (!(await consent.ask(found))) return;
  if (!(await answers.complete(found))) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '`{0}` is not tracked: an input was not answered.',
        visibleInNotice(found.name),
      ),
    );
    return;
  }
  const route =
    found.source.kind === 'settings'
      ? found.name
      : (await tracked.add(found.name, found.source)).route;
  await keeper.look();
  // Else the reason has been told by now.
  if (!keeper.routes.some((one) => one.route === route)) return;
  if (found.isOriginalOn) await offerToDisable(found, context);
  else sayTracked(found.name);
}

function isNew(found: FoundServer, { tracked, keeper }: TrackingContext): boolean {
  if (found.source.kind === 'sample') return false;
  if (found.source.kind !== 'settings') return tracked.find(found.name, found.source) === undefined;
  return !keeper.routes.some(({ route }) => route === found.name);
}

function sayTracked(name: string): void {
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      '`{0}` is tracked: its long calls appear under Agent Tasks.',
      visibleInNotice(name),
    ),
  );
}

async function sayNothingFound({ tracked }: TrackingContext): Promise<void> {
  const sample = vscode.l10n.t('Try a Sample');
  const settings = vscode.l10n.t('Open Settings');
  const places = '.vscode/mcp.json, .mcp.json, user mcp.json';
  const all = tracked.all();
  const isSampleOn = all.some(({ source }) => source.kind === 'sample');
  const message =
    all.length > (isSampleOn ? 1 : 0)
      ? vscode.l10n.t('Every MCP server of {0} is tracked.', places)
      : vscode.l10n.t('No MCP server was found in {0}: add one there.', places);
  const buttons = isSampleOn ? [settings] : [sample, settings];
  const answer = await vscode.window.showInformationMessage(message, ...buttons);
  if (answer === sample) await vscode.commands.executeCommand('mcpTaskHandles.trySample');
  if (answer === settings) await openSettings();
}
