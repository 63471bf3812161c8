import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { ensureHome, resolveHome } from '../../brokerApi/home.ts';
import { stageVersion } from '../../brokerApi/versions.ts';
import type { Disposable } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { ENV_HOME } from '../../common/product.ts';
import { namedFolders } from './findServers.ts';
import type { RouteKeeper } from './routeKeeper.ts';
import { twinCommand } from './twinCommand.ts';

export const PROVIDER_ID = 'mcpTaskHandles.tracked';

export interface TwinProviderOptions {
  readonly keeper: RouteKeeper;
  readonly workspaceId: string | null;
  readonly distFolder: string;
  readonly log: Log;
}

/** Publishes every route to the editor as a server that is nothing but `connect --route`. */
export class TwinProvider implements vscode.McpServerDefinitionProvider, Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: Disposable;
  #cliPath: string | undefined;

  readonly onDidChangeMcpServerDefinitions = this.#changed.event;

  constructor(private readonly options: TwinProviderOptions) {
    this.#subscription = options.keeper.onDidChange(() => this.#changed.fire());
  }

  async provideMcpServerDefinitions(): Promise<vscode.McpStdioServerDefinition[]> {
    const { keeper, workspaceId } = this.options;
    await keeper.whenLooked();
    return keeper.routes.map(({ route, label, version }) => {
      const { command, args, env } = twinCommand({
        route,
        workspaceId,
        cliPath: this.#stagedCli(),
        execPath: process.execPath,
        isElectron: process.versions.electron !== undefined,
        home: process.env[ENV_HOME],
      });
      const definition = new vscode.McpStdioServerDefinition(label, command, args, env, version);
      // Without a workspace the home folder says so: it is nobody's workspace.
      definition.cwd = vscode.Uri.file(namedFolders()[0]?.path ?? homedir());
      return definition;
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  /** Editors delete the folders of old extensions under what runs from them. */
  #stagedCli(): string {
    this.#cliPath ??= this.#stage();
    return this.#cliPath;
  }

  #stage(): string {
    const { distFolder, log } = this.options;
    try {
      const paths = resolveHome();
      ensureHome(paths);
      return join(stageVersion(paths, distFolder), 'cli.js');
    } catch (error) {
      log.write('warn', `Tracked servers run from the extension's folder: ${messageOf(error)}`);
      return join(distFolder, 'cli.js');
    }
  }
}
