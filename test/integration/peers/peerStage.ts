import type { TestContext } from 'node:test';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { CLI, EVERYTHING, temporaryHome } from '../../support/connectClient.ts';
import { fixturePath } from '../../support/processes.ts';
import { RemoteEverything } from '../../support/remoteServer.ts';

/** A server as `connect` and `serve` are told of it. */
export type Target = readonly string[];

export const EVERYTHING_STDIO: Target = ['--', process.execPath, EVERYTHING, 'stdio'];
const FIXTURE = [process.execPath, fixturePath('conformance/main.mjs'), 'stdio', '--era', 'modern'];
/** A server of the modern era with tasks of its own, and one without. */
export const MODERN_TASKS: Target = ['--', ...FIXTURE];
export const MODERN_PLAIN: Target = ['--', ...FIXTURE, '--no-tasks'];

export async function everythingOverHttp(t: TestContext): Promise<Target> {
  const { url } = await RemoteEverything.start(t, 'streamableHttp');
  return ['--url', url];
}

export interface Peering {
  readonly home: string;
  readonly target: Target;
  readonly flags?: readonly string[];
}

/** The arguments of a Node that runs `connect`. */
export function connectArguments({ home, target, flags = [] }: Peering): string[] {
  return [CLI, 'connect', '--route', 'peer', '--home', home, ...flags, ...target];
}

const FORM_ANSWER = { action: 'accept' as const, content: { interpretation: 'technical' } };

/** SDK v1 behind `connect`; it leaves before the broker of its home is ended. */
export async function legacyPeer(
  t: TestContext,
  target: Target,
  flags: readonly string[],
): Promise<LegacyClient> {
  const client = new LegacyClient(
    { name: 'sdk-v1', version: '1' },
    { capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler(ElicitRequestSchema, () => FORM_ANSWER);
  t.after(() => client.close());
  const args = connectArguments({ home: temporaryHome(t), target, flags });
  await client.connect(new LegacyStdio({ command: process.execPath, args, stderr: 'ignore' }));
  return client;
}

/** SDK v2 behind `connect`, in one of its eras. */
export async function sdk2Peer(
  t: TestContext,
  era: 'legacy' | 'modern',
  peering: Omit<Peering, 'home'>,
): Promise<ModernClient> {
  const client = new ModernClient(
    { name: 'sdk-v2', version: '1' },
    { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } },
  );
  t.after(() => client.close());
  const args = connectArguments({ home: temporaryHome(t), ...peering });
  await client.connect(new ModernStdio({ command: process.execPath, args, stderr: 'ignore' }));
  return client;
}
