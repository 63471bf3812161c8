import * as vscode from 'vscode';
import { withoutIcons } from '../view/plainText.ts';
import { commandLine, visible } from './consentText.ts';
import { type FoundServer, type FoundStdioServer, isStdio } from './foundServer.ts';

interface ServerItem extends vscode.QuickPickItem {
  readonly found?: FoundServer;
}

/** A picker over servers, grouped by the file they stand in. Those that cannot be tracked say why. */
export function pickServer(
  servers: readonly FoundServer[],
  problems: readonly string[],
): Promise<FoundStdioServer | undefined> {
  const pick = vscode.window.createQuickPick<ServerItem>();
  pick.title = vscode.l10n.t('Track an MCP Server');
  pick.placeholder = vscode.l10n.t('Its long calls become tasks that you can see, keep and stop');
  pick.matchOnDescription = true;
  pick.items = [...itemsOf(servers), ...problemItems(servers, problems)];
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const found = pick.selectedItems[0]?.found;
      if (found === undefined) return;
      if (isStdio(found)) {
        resolve(found);
        pick.hide();
      } else pick.title = `\`${visible(found.name)}\` ${reasonOf(found)}`;
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
  if (isStdio(found)) {
    const description = withoutIcons(commandLine(found.server.entry));
    return { label: `$(server) ${name}`, description, found };
  }
  return { label: `$(circle-slash) ${name}`, description: reasonOf(found), found };
}

function reasonOf({ server }: FoundServer): string {
  return server.kind === 'stdio' ? '' : server.reason;
}

/** Those of single servers stand at the servers. */
function problemItems(servers: readonly FoundServer[], problems: readonly string[]): ServerItem[] {
  const told = servers.map(
    (found) => `${found.label}: server \`${found.name}\`: ${reasonOf(found)}`,
  );
  const rest = problems.filter((problem) => !told.includes(problem));
  if (rest.length === 0) return [];
  return [
    { label: vscode.l10n.t('Could not be read'), kind: vscode.QuickPickItemKind.Separator },
    ...rest.map((problem) => ({ label: `$(warning) ${withoutIcons(visible(problem))}` })),
  ];
}
