import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as vscode from 'vscode';
import type { TaskRow } from '../../../src/brokerApi/brokerProtocol.ts';
import { workspaceIdOf } from '../../../src/brokerApi/workspaceIdentity.ts';
import type { ExtensionApi } from '../../../src/extension.ts';
import { until } from '../../support/editorHost/until.ts';

const HAND_OFF_AFTER_MS = 100;

/** The extension of this window, connected to its broker. */
export async function activeExtension(): Promise<vscode.Extension<ExtensionApi>> {
  const extension = vscode.extensions.getExtension<ExtensionApi>(
    'mcp-task-handles.mcp-task-handles',
  );
  if (extension === undefined) throw new Error('The extension is not installed.');
  const api = await extension.activate();
  await api.whenConnected();
  return extension;
}

/** An agent of this window's workspace whose tool ends when the test says so. */
export class ScriptedAgent {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mth-agent-'));
  readonly #client = new Client({ name: 'scripted-agent', version: '1' });
  #calls = 0;

  private constructor(private readonly api: ExtensionApi) {}

  static async start({
    exports,
    extensionPath,
  }: vscode.Extension<ExtensionApi>): Promise<ScriptedAgent> {
    const agent = new ScriptedAgent(exports);
    const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.toString());
    const workspace = workspaceIdOf({ folders }) ?? '';
    const program = (...parts: string[]) => join(extensionPath, ...parts);
    await agent.#client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [
          ...[program('dist', 'cli.js'), 'connect', '--route', 'scripted'],
          ...['--workspace', workspace, '--hand-off-after', String(HAND_OFF_AFTER_MS), '--'],
          ...[process.execPath, program('test', 'fixtures', 'mcp', 'answersWhenTold.mjs')],
        ],
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } as Record<string, string>,
      }),
    );
    return agent;
  }

  /** Calls the tool and answers its row as soon as the window shows it as a task. */
  async startTask(): Promise<TaskRow> {
    this.#calls += 1;
    const path = this.#pathOf(this.#calls);
    const answer = await this.#client.callTool({ name: 'wait_for_file', arguments: { path } });
    const content: unknown = answer.structuredContent;
    const handle = (content as { handle?: string } | undefined)?.handle;
    return until(() => this.api.taskRows().find((row) => row.handle === handle), {
      what: `the row of ${handle}`,
    });
  }

  /** Lets the last call end with its result. */
  endTask(): void {
    writeFileSync(this.#pathOf(this.#calls), '');
  }

  /** Waits until the window shows the row so. */
  async rowWhen(id: string, fits: (row: TaskRow) => boolean): Promise<TaskRow> {
    return until(() => this.api.taskRows().find((row) => row.id === id && fits(row)), {
      what: `the row ${id} to change`,
    });
  }

  async stop(): Promise<void> {
    await this.#client.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #pathOf(call: number): string {
    return join(this.#folder, `end-${call}`);
  }
}
