import * as vscode from 'vscode';
import { isRemote } from '../../hostConfigs/serverEntry.ts';
import { withoutIcons } from '../view/plainText.ts';
import { commandLine, visible } from './consentText.ts';
import {
  type Findings,
  type FoundServer,
  isTrackable,
  type TrackableServer,
} from './foundServer.ts';
import { openPlace } from './openPlace.ts';

interface ServerItem extends vscode.QuickPickItem {
  readonly found?: FoundServer;
  /** Where what is wrong can be put right. */
  readonly place?: Pick<FoundServer, 'path' | 'source'> | undefined;
}

/** A picker over servers, grouped by the file they stand in. Those that cannot be tracked say why. */
export function pickServer(
  servers: readonly FoundServer[],
  findings: Findings,
): Promise<TrackableServer | undefined> {
  const pick = vscode.window.createQuickPick<ServerItem>();
  pick.title = vscode.l10n.t('Track an MCP Server');
  pick.placeholder = vscode.l10n.t('Its long calls become tasks that you can see, keep and stop');
  pick.matchOnDescription = true;
  pick.items = [...itemsOf(servers), ...problemItems(servers, findings)];
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const { found, place } = pick.selectedItems[0] ?? {};
      if (found !== undefined && isTrackable(found)) {
        resolve(found);
        pick.hide();
      } else if (place !== undefined) void openPlace(place);
      else if (found !== undefined) pick.title = `\`${visible(found.name)}\` ${reasonOf(found)}`;
    });
    pick.onDidHide(() => {
      pick.dispose();
      resolve(undefined);
    });
    pick.show();
  });
}

function itemsOf(servers: readonly FoundServer[]): ServerItem[] {
  const labels = [...new Set(servers.map(({ label }) => label))];
  return labels.flatMap((label): ServerItem[] => [
    { label, kind: vscode.QuickPickItemKind.Separator },
    ...servers.filter((found) => found.label === label).map(itemOf),
  ]);
}

function itemOf(found: FoundServer): ServerItem {
  const name = withoutIcons(visible(found.name));
  if (isTrackable(found)) {
    const { entry } = found.server;
    const description = withoutIcons(isRemote(entry) ? visible(entry.url) : commandLine(entry));
    return { label: `$(${isRemote(entry) ? 'globe' : 'server'}) ${name}`, description, found };
  }
  const description = withoutIcons(visible(reasonOf(found)));
  const place = found.server.kind === 'invalid' ? found : undefined;
  return { label: `$(circle-slash) ${name}`, description, found, place };
}

function reasonOf({ server }: FoundServer): string {
  return 'reason' in server ? server.reason : '';
}

/** Those of single servers stand at the servers. */
function problemItems(servers: readonly FoundServer[], findings: Findings): ServerItem[] {
  const told = servers.map(
    (found) => `${found.label}: server \`${found.name}\`: ${reasonOf(found)}`,
  );
  const rest = findings.problems.filter((problem) => !told.includes(problem));
  if (rest.length === 0) return [];
  return [
    { label: vscode.l10n.t('Could not be read'), kind: vscode.QuickPickItemKind.Separator },
    ...rest.map((problem) => problemItem(problem, findings)),
  ];
}

/** The file, and on a line of its own what is wrong with it. */
function problemItem(problem: string, { servers, unreadable }: Findings): ServerItem {
  const [, file = problem, detail = ''] = /^(.*?): (.*)$/s.exec(problem) ?? [];
  const place =
    unreadable.find((one) => one.problem === problem) ??
    servers.find(({ label }) => label === file);
  return {
    label: `$(warning) ${withoutIcons(visible(file))}`,
    detail: withoutIcons(visible(detail)),
    place,
  };
}
