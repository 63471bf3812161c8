import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { parse } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a window shows, as URIs. */
export interface WorkspaceFacts {
  /** The `.code-workspace` file, if the window has one. */
  readonly workspaceFile?: string | undefined;
  readonly folders: readonly string[];
}

/** The identity of a workspace, equal for equal workspaces on any path of storage; `null`: none. */
export function workspaceIdOf(workspace: WorkspaceFacts): string | null {
  if (workspace.workspaceFile !== undefined) return hashOf(['file', workspace.workspaceFile]);
  if (workspace.folders.length === 0) return null;
  const folders = [...new Set(workspace.folders.map(normalised))].sort();
  return hashOf(['folders', ...folders]);
}

/**
 * The identity of a window that shows just this folder, for who has only a cwd. `null` for the
 * root and the user's own folder: hosts start servers there when they know no workspace.
 */
export function workspaceIdOfFolder(realPath: string, home = homedir()): string | null {
  if (realPath === parse(realPath).root || realPath === home) return null;
  return workspaceIdOf({ folders: [pathToFileURL(realPath).toString()] });
}

function hashOf(parts: readonly string[]): string {
  const text = JSON.stringify(parts.map(normalised));
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Editors and Node escape differently (`%3A`, `c:` and `C:`), so compare unescaped. */
function normalised(uri: string): string {
  const [, scheme = '', rest = uri] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(uri) ?? [];
  const path = unescaped(rest)
    .replace(/^\/\/\/([A-Z]):/, (_, drive: string) => `///${drive.toLowerCase()}:`)
    .replace(/(?<=[^/])\/+$/, '');
  return `${scheme.toLowerCase()}:${path}`;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
