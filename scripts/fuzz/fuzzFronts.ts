import type { RoutePolicy } from '../../src/brokerApi/brokerProtocol.ts';
import { fixturePath } from '../../test/support/processes.ts';
import { LEGACY_CLIENT, MODERN_CLIENT, SERVER } from './corpus.ts';
import type { FuzzWorld } from './fuzzWorld.ts';
import { HttpClient } from './httpClient.ts';
import { RemoteFixture } from './remoteFixture.ts';
import { StdioHost } from './stdioHost.ts';

/** A place where mutated messages come in. */
export interface FuzzFront {
  /** Sends them; whatever becomes of each. */
  burst(lines: readonly string[]): Promise<void>;
  /** An ordinary call; rejects when its answer is no result. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

export interface FuzzEntry {
  readonly corpus: readonly object[];
  open(world: FuzzWorld): Promise<FuzzFront>;
}

const FIXTURE = [process.execPath, fixturePath('fuzz/printsWhatItIsTold.mjs')];
const POLICY: RoutePolicy = { policy: 'never' };
/** How many lines a server prints within one call. */
const LINES_A_CALL = 10;

/** Every front, and what comes from upstreams. */
export const FUZZ_FRONTS: Readonly<Record<string, FuzzEntry>> = {
  stdio: { corpus: [...LEGACY_CLIENT, ...MODERN_CLIENT], open: openStdio },
  'http-legacy': { corpus: LEGACY_CLIENT, open: (world) => openHttp(world, 'legacy') },
  'http-modern': { corpus: MODERN_CLIENT, open: (world) => openHttp(world, 'modern') },
  'upstream-stdio': { corpus: SERVER, open: openUpstream },
  'upstream-http': { corpus: SERVER, open: openRemote },
};

async function openStdio(world: FuzzWorld): Promise<FuzzFront> {
  const host = new StdioHost(world, ['--', ...FIXTURE]);
  await host.greet();
  return {
    burst: async (lines) => {
      for (const line of lines) await host.write(line);
    },
    probe: () => echo(host),
    close: () => host.end(),
  };
}

async function openHttp(world: FuzzWorld, era: 'legacy' | 'modern'): Promise<FuzzFront> {
  const [command = '', ...args] = FIXTURE;
  const definition = { command, args, cwd: null, env: { PATH: process.env.PATH ?? '' } };
  const front = await world.control.request('fronts/open', {
    ...{ route: 'fuzz', workspace: null, definition, policy: POLICY, port: 0 },
  });
  const client = new HttpClient(front, era);
  return {
    burst: (lines) => client.sendAll(lines),
    probe: () => client.probe(),
    close: async () => {
      await world.control.request('fronts/close', { url: front.url });
    },
  };
}

/** Lines go to the server as arguments, which prints them in the middle of the call. */
async function openUpstream(world: FuzzWorld): Promise<FuzzFront> {
  const host = new StdioHost(world, ['--', ...FIXTURE]);
  await host.greet();
  return {
    burst: (lines) => printAll(host, lines),
    probe: () => echo(host),
    close: () => host.end(),
  };
}

/** The same over HTTP: lines become bodies and events. */
async function openRemote(world: FuzzWorld): Promise<FuzzFront> {
  const remote = await RemoteFixture.open();
  const host = new StdioHost(world, ['--url', remote.url]);
  await host.greet();
  const close = async () => {
    await host.end();
    await remote.close();
  };
  return { burst: (lines) => printAll(host, lines), probe: () => echo(host), close };
}

async function printAll(host: StdioHost, lines: readonly string[]): Promise<void> {
  const calls: Promise<unknown>[] = [];
  for (let at = 0; at < lines.length; at += LINES_A_CALL) {
    const told = lines.slice(at, at + LINES_A_CALL);
    calls.push(host.request('tools/call', { name: 'print', arguments: { lines: told } }));
  }
  await Promise.all(calls);
}

async function echo(host: StdioHost): Promise<void> {
  const { result, error } = await host.request('tools/call', {
    name: 'echo',
    arguments: { is: 'a probe' },
  });
  if (result === undefined) throw new Error(`A plain call failed: ${JSON.stringify(error)}`);
}
