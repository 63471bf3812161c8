import { mkdir } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { ControlClient } from '../brokerApi/controlClient.ts';
import { resolveHome } from '../brokerApi/home.ts';
import { workspaceIdOf } from '../brokerApi/workspaceIdentity.ts';
import type { Log } from '../common/log.ts';
import { BrokerLink } from './brokerLink.ts';
import { distFolderOf, ownProgram } from './ownProgram.ts';

/** A link for this window: its workspace, its storage, the broker of the user's home. */
export function linkOfWindow(context: vscode.ExtensionContext, log: Log): BrokerLink {
  const { workspaceFile, workspaceFolders = [], name } = vscode.workspace;
  const workspaceId = workspaceIdOf({
    workspaceFile: workspaceFile?.toString(),
    folders: workspaceFolders.map(({ uri }) => uri.toString()),
  });
  // An empty window has no workspace; what storage it may have is not kept for long.
  const storagePath = workspaceId === null ? null : (context.storageUri?.fsPath ?? null);
  return new BrokerLink({
    workspaceId,
    workspaceName: name ?? '',
    storagePath,
    log,
    connect: async () => {
      if (storagePath !== null) await mkdir(storagePath, { recursive: true, mode: 0o700 });
      return loadControlClient(context).open({
        paths: resolveHome(),
        client: 'editor',
        start: { distFolder: distFolderOf(context) },
      });
    },
  });
}

/** In a bundle of its own: JSON-RPC is half of our code, and activation does without it. */
function loadControlClient(context: vscode.ExtensionContext): typeof ControlClient {
  return ownProgram<{ ControlClient: typeof ControlClient }>(context, 'control.js').ControlClient;
}
