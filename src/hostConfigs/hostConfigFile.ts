import { dirname, join } from 'node:path';

/** `vscode`: `.vscode/mcp.json`; `root`: `.mcp.json`; `user`: the person's own `mcp.json`. */
export type HostConfigKind = 'vscode' | 'root' | 'user';

/** A file where a host keeps MCP servers. */
export interface HostConfigFile {
  readonly kind: HostConfigKind;
  readonly path: string;
  /** How people call it. */
  readonly label: string;
  /** The workspace folder that brings it; `null` for the person's own. */
  readonly folder: string | null;
}

export interface NamedFolder {
  readonly name: string;
  readonly path: string;
}

export interface HostConfigPlaces {
  readonly folders: readonly NamedFolder[];
  /** The `…/User` folder of the editor, or of its profile. */
  readonly userFolder: string;
}

/** Every file that may hold servers for a window, in the order that people look for them. */
export function hostConfigFiles({ folders, userFolder }: HostConfigPlaces): HostConfigFile[] {
  const ofFolders = folders.flatMap(({ name, path }): HostConfigFile[] => {
    const prefix = folders.length > 1 ? `${name}/` : '';
    return [
      {
        kind: 'vscode',
        path: join(path, '.vscode', 'mcp.json'),
        label: `${prefix}.vscode/mcp.json`,
        folder: path,
      },
      { kind: 'root', path: join(path, '.mcp.json'), label: `${prefix}.mcp.json`, folder: path },
    ];
  });
  const path = join(userFolder, 'mcp.json');
  return [...ofFolders, { kind: 'user', path, label: 'user mcp.json', folder: null }];
}

/** `…/User/globalStorage/<extension>` → `…/User`: the same on desktops, servers and in profiles. */
export function userFolderOf(globalStoragePath: string): string {
  return dirname(dirname(globalStoragePath));
}
