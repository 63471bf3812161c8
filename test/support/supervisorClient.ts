import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  type CallToolResult,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { CLI, closeWithHome } from './connectClient.ts';
import { structureOf } from './supervisorStage.ts';

/** An SDK v1 client in front of `supervise`, as a host would start it. */
export class SupervisorClient {
  readonly client: Client;
  readonly transport: StdioClientTransport;
  /** What it was told of resources, in order: URIs, and `list` for the list itself. */
  readonly told: string[] = [];
  #stderr = '';

  private constructor(home: string, name: string) {
    this.client = new Client({ name, version: '7' }, { capabilities: {} });
    this.transport = new StdioClientTransport({
      command: process.execPath,
      args: [CLI, 'supervise', '--home', home],
      stderr: 'pipe',
    });
    this.transport.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      this.told.push(params.uri);
    });
    this.client.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
      this.told.push('list');
    });
  }

  /** It leaves before the broker of its home is ended. */
  static async start(home: string, name = 'warden'): Promise<SupervisorClient> {
    const supervisor = new SupervisorClient(home, name);
    closeWithHome(home, supervisor.client);
    await supervisor.client.connect(supervisor.transport);
    // So that answers are checked against the schemas.
    await supervisor.client.listTools();
    return supervisor;
  }

  stderr(): string {
    return this.#stderr;
  }

  async call(name: string, args: Record<string, unknown> = {}): Promise<CallToolResult> {
    return (await this.client.callTool({ name, arguments: args })) as CallToolResult;
  }

  /** What a tool answers for a program; fails where it is an error. */
  async ask<T = Record<string, unknown>>(
    name: string,
    args: Record<string, unknown> = {},
  ): Promise<T> {
    return structureOf<T>(await this.call(name, args));
  }
}
