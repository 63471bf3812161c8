import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { ensureHome, resolveHome } from '../../brokerApi/home.ts';
import { stageVersion } from '../../brokerApi/versions.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { ENV_HOME, VERSION } from '../../common/product.ts';
import { setting } from '../setting.ts';
import { namedFolders } from './findServers.ts';
import type { RouteKeeper } from './routeKeeper.ts';
import {
  type ProgramFacts,
  superviseCommand,
  type TwinCommand,
  twinCommand,
} from './twinCommand.ts';

export const PROVIDER_ID = 'mcpTaskHandles.tracked';
const SUPERVISE = 'supervise.enabled';
const SUPERVISE_LABEL = 'Agent Tasks: Supervise';

export interface TwinProviderOptions {
  readonly keeper: RouteKeeper;
  readonly workspaceId: string | null;
  readonly distFolder: string;
  readonly log: Log;
}

/**
 * Publishes every route to the editor as a server that is nothing but `connect --route`, and, where the
 * person has switched it on, the server for supervisor agents.
 */
export class TwinProvider implements vscode.McpServerDefinitionProvider, Disposable {
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<void>());
  #cliPath: string | undefined;

  readonly onDidChangeMcpServerDefinitions = this.#changed.event;

  constructor(private readonly options: TwinProviderOptions) {
    const tell = () => this.#changed.fire();
    this.#owned.add(options.keeper.onDidChange(tell));
    this.#owned.add(vscode.workspace.onDidGrantWorkspaceTrust(tell));
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(`mcpTaskHandles.${SUPERVISE}`)) tell();
      }),
    );
  }

  async provideMcpServerDefinitions(): Promise<vscode.McpStdioServerDefinition[]> {
    const { keeper, workspaceId } = this.options;
    await keeper.whenLooked();
    const twins = keeper.routes.map(({ route, label, version }) => {
      const command = twinCommand({ ...this.#program(), route, workspaceId });
      return definitionOf(command, { label, version });
    });
    return [...twins, ...this.#supervisors()];
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** In Restricted Mode nothing is started. */
  #supervisors(): vscode.McpStdioServerDefinition[] {
    if (setting<boolean>(SUPERVISE) !== true || !vscode.workspace.isTrusted) return [];
    const command = superviseCommand(this.#program());
    return [definitionOf(command, { label: SUPERVISE_LABEL, version: VERSION })];
  }

  #program(): ProgramFacts {
    return {
      cliPath: this.#stagedCli(),
      execPath: process.execPath,
      isElectron: process.versions.electron !== undefined,
      home: process.env[ENV_HOME],
    };
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

function definitionOf(
  { command, args, env }: TwinCommand,
  { label, version }: { label: string; version: string },
): vscode.McpStdioServerDefinition {
  const definition = new vscode.McpStdioServerDefinition(label, command, args, env, version);
  // Without a workspace the home folder says so: it is nobody's workspace.
  definition.cwd = vscode.Uri.file(namedFolders()[0]?.path ?? homedir());
  return definition;
}
