import * as vscode from 'vscode';
import {
  type HostConfigFile,
  hostConfigFiles,
  type NamedFolder,
} from '../../hostConfigs/hostConfigFile.ts';
import { parseServers, readHostConfig } from '../../hostConfigs/readHostConfig.ts';
import type { Findings, FoundServer } from './foundServer.ts';
import type { ServerSource } from './trackedServers.ts';

export interface FindOptions {
  readonly userFolder: string;
  readonly sample: FoundServer;
}

const SETTING = 'mcpTaskHandles.servers';

/** Looks everywhere where servers may stand for this window; what is wrong hides no other. */
export async function findServers({ userFolder, sample }: FindOptions): Promise<Findings> {
  const folders = namedFolders();
  const ofFiles = await Promise.all(
    hostConfigFiles({ folders, userFolder }).map((file) => findInFile(file, folders)),
  );
  const findings = [...ofFiles, findInSettings(folders)];
  return {
    servers: [...findings.flatMap(({ servers }) => servers), sample],
    problems: findings.flatMap(({ problems }) => problems),
    unreadable: findings.flatMap(({ unreadable }) => unreadable),
  };
}

export function namedFolders(): NamedFolder[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ name, uri }) => ({ name, path: uri.fsPath }));
}

async function findInFile(
  file: HostConfigFile,
  folders: readonly NamedFolder[],
): Promise<Findings> {
  const { kind, path, label, folder } = file;
  const { servers, disabled, inputs, problems, isReadable } = await readHostConfig(file);
  const source: ServerSource = { kind, folder };
  const common = {
    source,
    label,
    path,
    inputs,
    folder: folders.find((one) => one.path === folder) ?? folders[0] ?? null,
    needsConsent: folder !== null,
  };
  const isOriginalOn = isReadByEditor(kind);
  const on = servers.map((server) => ({ ...common, name: server.name, server, isOriginalOn }));
  const off = disabled.map((server) => {
    return { ...common, name: server.name, server, isOriginalOn: false };
  });
  const unreadable = isReadable ? [] : [{ source, path, problem: problems[0] ?? label }];
  return { servers: [...on, ...off], problems, unreadable };
}

/** Editors that know this setting read `.mcp.json`, whatever its value: it is about new entries. */
function isReadByEditor(kind: HostConfigFile['kind']): boolean {
  if (kind !== 'root') return true;
  const setting = vscode.workspace.getConfiguration('chat.mcp');
  return setting.inspect('workspaceRootConfig.enabled')?.defaultValue !== undefined;
}

function findInSettings(folders: readonly NamedFolder[]): Findings {
  const own = vscode.workspace.getConfiguration().inspect(SETTING);
  const folder = folders[0] ?? null;
  const levels = [
    { value: own?.globalValue, label: vscode.l10n.t('user settings'), place: null, folder },
    {
      value: own?.workspaceValue,
      label: vscode.l10n.t('workspace settings'),
      place: 'workspace',
      folder,
    },
    // With one folder these are the workspace's.
    ...(folders.length > 1 ? folders : []).map((one) => ({
      value: folderValue(one),
      label: vscode.l10n.t('settings of {0}', one.name),
      place: one.path,
      folder: one,
    })),
  ];
  const findings = levels.map(findInLevel);
  return {
    servers: findings.flatMap(({ servers }) => servers),
    problems: findings.flatMap(({ problems }) => problems),
    unreadable: [],
  };
}

interface SettingsLevel {
  readonly value: unknown;
  readonly label: string;
  /** Who brings it; `null`: the person. */
  readonly place: string | null;
  readonly folder: NamedFolder | null;
}

function findInLevel({ value, label, place, folder }: SettingsLevel): Findings {
  const { servers, problems } = parseServers(value ?? {}, `"${SETTING}"`);
  const found = servers.map(
    (server): FoundServer => ({
      name: server.name,
      source: { kind: 'settings', folder: place },
      label,
      path: null,
      server,
      inputs: [],
      folder,
      needsConsent: place !== null,
      isOriginalOn: false,
    }),
  );
  const told = problems.map((problem) => `${label}: ${problem}`);
  return { servers: found, problems: told, unreadable: [] };
}

function folderValue({ path }: NamedFolder): unknown {
  const resource = vscode.Uri.file(path);
  return vscode.workspace.getConfiguration(undefined, resource).inspect(SETTING)
    ?.workspaceFolderValue;
}
