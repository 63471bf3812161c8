import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult, ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';
import type { BrokerStatus } from '../../src/brokerApi/brokerProtocol.ts';
import { resolveHome } from '../../src/brokerApi/home.ts';
import { highestNumber, readOwner } from '../../src/brokerApi/lockFolder.ts';
import { isSameProcess } from '../../src/processes/processIdentity.ts';
import { runCli } from './cliProcess.ts';
import { waitFor, waitUntilGone } from './processes.ts';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
export const EVERYTHING = fileURLToPath(
  new URL(
    '../../node_modules/@modelcontextprotocol/server-everything/dist/index.js',
    import.meta.url,
  ),
);

const END_MS = 30_000;

/** Clients by home: they go before their broker, because `connect` would start it again. */
const clients = new Map<string, { close(): Promise<void> }[]>();

/** A home of its own; its broker is ended with the test, whatever becomes of the test. */
export function temporaryHome(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'mth-'));
  clients.set(home, []);
  t.after(async () => {
    await Promise.all((clients.get(home) ?? []).map((client) => client.close()));
    await endBroker(home);
    rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  });
  return home;
}

/** The client is closed with its home's test, before the broker is ended. */
export function closeWithHome(home: string, client: { close(): Promise<void> }): void {
  clients.get(home)?.push(client);
}

async function endBroker(home: string): Promise<void> {
  const pid = await brokerPid(home);
  if (pid === null) return killOwner(home);
  await runCli(['broker', 'stop', '--home', home]);
  await waitUntilGone([pid], END_MS);
}

/** `null` when none answers. */
async function brokerPid(home: string): Promise<number | null> {
  const { stdout, code } = await runCli(['broker', 'status', '--home', home, '--json']);
  return code === 0 ? (JSON.parse(stdout) as BrokerStatus).pid : null;
}

/** One that a failed test has left stopped. */
async function killOwner(home: string): Promise<void> {
  const { lockFolder } = resolveHome({ home });
  if (!existsSync(lockFolder)) return;
  const owner = readOwner(lockFolder, highestNumber(lockFolder));
  if (!owner || isSameProcess(owner) !== 'alive') return;
  process.kill(owner.pid, 'SIGKILL');
  await waitUntilGone([owner.pid], END_MS);
}

/**
 * Resolves when another broker than this one answers: then `connect`, which starts it, has seen that
 * the former is gone, and sends nothing to that one any more.
 */
export async function nextBroker(home: string, former: number): Promise<void> {
  const isThere = async () => ![former, null].includes(await brokerPid(home));
  await waitFor(isThere, END_MS, 'the next broker');
}

interface Message {
  readonly method?: string;
  readonly params?: { readonly progressToken?: unknown; readonly progress?: unknown };
}

/** A transport of either major SDK version. */
interface Listening {
  onmessage?: ((message: never, extra: never) => void) | undefined;
}

/** Every progress event by token, as it comes off the wire: the SDK drops one beside an answer. */
export function progressOf(transport: Listening): Map<unknown, unknown[]> {
  const progress = new Map<unknown, unknown[]>();
  const { onmessage } = transport;
  transport.onmessage = (message: Message, extra: never) => {
    if (message.method === 'notifications/progress') {
      const { progressToken: token, progress: value } = message.params ?? {};
      progress.set(token, [...(progress.get(token) ?? []), value]);
    }
    onmessage?.(message as never, extra);
  };
  return progress;
}

/** An SDK v1 client in front of `connect`, as a host would start it. */
export interface ConnectedClient {
  readonly client: Client;
  readonly transport: StdioClientTransport;
  readonly pid: number;
  stderr(): string;
}

export interface ConnectSpec {
  readonly home: string;
  /** Its command line; empty for one that `flags` name. */
  readonly server: readonly string[];
  readonly flags?: readonly string[];
  readonly route?: string;
  /** Beside what every server inherits. */
  readonly env?: Record<string, string>;
  readonly capabilities?: ClientCapabilities;
  /** What to run in the place of its command line, such as one that runs it elsewhere. */
  readonly within?: (command: readonly string[]) => string[];
}

export async function connectClient(spec: ConnectSpec): Promise<ConnectedClient> {
  const { home, server, flags = [], route = 'e', env = {}, capabilities = {} } = spec;
  const { within = (line: readonly string[]) => [...line] } = spec;
  const upstream = server.length === 0 ? [] : ['--', ...server];
  const flagged = ['connect', '--route', route, '--home', home, ...flags, ...upstream];
  const [command = '', ...args] = within([process.execPath, CLI, ...flagged]);
  const transport = new StdioClientTransport({
    command,
    args,
    env,
    stderr: 'pipe',
    maxBufferSize: 64 * 1024 * 1024,
  });
  let stderr = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const client = new Client({ name: 'test-client', version: '1' }, { capabilities });
  closeWithHome(home, client);
  await client.connect(transport);
  return { client, transport, pid: transport.pid ?? 0, stderr: () => stderr };
}

/** A server fixture of `test/fixtures/mcp`, as a command line. */
export function fixtureServer(name: string): string[] {
  return [process.execPath, fileURLToPath(new URL(`../fixtures/mcp/${name}`, import.meta.url))];
}

export async function callTool(
  { client }: ConnectedClient,
  name: string,
  args: Record<string, unknown> = {},
): Promise<CallToolResult> {
  return (await client.callTool({ name, arguments: args })) as CallToolResult;
}

/** The text that a model would read. */
export function textOf(result: CallToolResult): string {
  const [first] = result.content;
  return first?.type === 'text' ? first.text : '';
}

/** The handle in an answer; fails when it is a result. */
export function handleOf(result: CallToolResult): string {
  const handle = result.structuredContent?.handle;
  if (typeof handle !== 'string') throw new Error(`not a handle: ${JSON.stringify(result)}`);
  return handle;
}
