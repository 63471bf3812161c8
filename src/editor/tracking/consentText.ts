import { resolveVariables } from '../../hostConfigs/resolveVariables.ts';
import type { RemoteEntry, StdioEntry } from '../../hostConfigs/serverEntry.ts';
import { l10n } from '../l10n.ts';
import { withoutLinks } from '../view/plainText.ts';
import type { TrackableServer } from './foundServer.ts';

/** What breaks a line, hides text or turns its direction. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const BARE_WORD = /^[\w@%+=:,./\\${}~-]+$/;

/** Everything that a person agrees to, in lines. Values of variables are not shown: names are. */
export async function consentDetail({ server, label, folder }: TrackableServer): Promise<string> {
  if (server.kind === 'remote') return remoteDetail(server.entry, label);
  const { entry } = server;
  const cwd = entry.cwd ?? folder?.path ?? '';
  const lines = [
    l10n.t('From: {0}', visible(label)),
    l10n.t('Command: {0}', commandLine(entry)),
    l10n.t('Folder: {0}', visible(await withFolder(cwd, folder))),
  ];
  const names = Object.keys(entry.env);
  if (names.length > 0) lines.push(l10n.t('Sets: {0}', names.map(visible).join(', ')));
  if (entry.envFile !== null) {
    lines.push(l10n.t('Variables from: {0}', visible(await withFolder(entry.envFile, folder))));
  }
  return lines.join('\n');
}

function remoteDetail(entry: RemoteEntry, label: string): string {
  const lines = [
    l10n.t('From: {0}', visible(label)),
    l10n.t('Server: {0}', originOf(entry)),
    l10n.t('Address: {0}', visible(entry.url)),
  ];
  const names = Object.keys(entry.headers);
  if (names.length > 0) lines.push(l10n.t('Sends: {0}', names.map(visible).join(', ')));
  return lines.join('\n');
}

/** Whom an address really means: `https://good.example@evil.example/` is evil.example's. */
export function originOf({ url }: Pick<RemoteEntry, 'url'>): string {
  // With a variable in the place of the host it is none yet.
  return visible(URL.canParse(url) ? new URL(url).origin : url);
}

/** The command line as it was written, each word unmistakable. */
export function commandLine({ command, args }: Pick<StdioEntry, 'command' | 'args'>): string {
  return [command, ...args].map(word).join(' ');
}

function word(text: string): string {
  return BARE_WORD.test(text) ? text : visible(JSON.stringify(text));
}

/** Characters that cannot be seen are spelled out, so that nothing can be hidden by them. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for notifications and inputs, which draw `[text](command:…)` as a link. */
export function visibleInNotice(text: string): string {
  return withoutLinks(visible(text));
}

async function withFolder(text: string, folder: TrackableServer['folder']): Promise<string> {
  if (folder === null || !text.includes('${workspaceFolder')) return text;
  const { text: resolved, problems } = await resolveVariables(text, {
    folder,
    folders: [folder],
    userHome: '~',
    env: {},
    hasPlainEnv: false,
    input: async () => undefined,
    config: () => undefined,
    command: async () => undefined,
  });
  return problems.length === 0 ? resolved : text;
}
