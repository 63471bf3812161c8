import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ControlClient } from '../../src/brokerApi/controlClient.ts';
import { type HomePaths, resolveHome } from '../../src/brokerApi/home.ts';
import { ENV_HOME } from '../../src/common/product.ts';
import { BenchClient, type CommandLine } from './benchClient.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'test/bench');
const ENDING_MS = 10_000;

/** The server that is measured through every way. */
export const ECHO_SERVER: CommandLine = {
  command: process.execPath,
  args: [join(FIXTURES, 'echoServer.mjs')],
};

/** Everything one run starts: a home with its broker, clients, a relay. Ended in reverse order. */
export class BenchStage {
  readonly outFolder = join(ROOT, 'out/bench');
  readonly folder: string;
  readonly paths: HomePaths;
  readonly distFolder: string;
  readonly #socketFolder = mkdtempSync(join(tmpdir(), 'mth-bench-'));
  readonly #ends: (() => unknown)[] = [];

  /** The programs are copied, so that a build meanwhile changes nothing. */
  constructor() {
    mkdirSync(this.outFolder, { recursive: true });
    this.folder = mkdtempSync(join(this.outFolder, 'run-'));
    this.distFolder = join(this.folder, 'dist');
    cpSync(join(ROOT, 'dist'), this.distFolder, { recursive: true });
    this.paths = resolveHome({ home: join(this.folder, 'home') });
  }

  /** A host of its own on a `connect` of its own. */
  async connect(args: readonly string[]): Promise<BenchClient> {
    const cli = join(this.distFolder, 'cli.js');
    return await this.client({
      command: process.execPath,
      args: [cli, 'connect', ...args],
      env: { ...process.env, [ENV_HOME]: this.paths.root },
    });
  }

  async client(commandLine: CommandLine): Promise<BenchClient> {
    const client = await BenchClient.start(commandLine);
    this.#ends.push(() => client.end());
    return client;
  }

  /** Ends it with the run. */
  own<T extends { end(): unknown }>(process: T): T {
    this.#ends.push(() => process.end());
    return process;
  }

  /** The bare two-hop relay in front of the echo server. */
  async relay(): Promise<BenchClient> {
    const path = join(this.#socketFolder, 'relay.sock');
    const { command, args } = ECHO_SERVER;
    const back = [join(FIXTURES, 'relay/back.mjs'), path, command, ...args];
    const child = spawn(process.execPath, back, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#ends.push(() => ended(child));
    await once(child.stdout, 'data');
    const front = [join(FIXTURES, 'relay/front.mjs'), path];
    return await this.client({ command: process.execPath, args: front });
  }

  /** A control link; starts the broker when there is none. */
  async control(): Promise<ControlClient> {
    const { paths, distFolder } = this;
    return await ControlClient.open({ paths, client: 'terminal', start: { distFolder } });
  }

  /** Ends all that was started, the broker last, and removes the folders. */
  async dispose(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
    await this.#stopBroker();
    for (const folder of [this.folder, this.#socketFolder]) {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async #stopBroker(): Promise<void> {
    if (!existsSync(this.paths.endpoint)) return;
    const control = await ControlClient.open({
      paths: this.paths,
      client: 'terminal',
      start: 'never',
    });
    const { pid } = control.welcome;
    const closed = new Promise<void>((resolve) => control.onClose(resolve));
    await control.request('broker/stop', { drain: false }).catch(() => null);
    await closed;
    control.dispose();
    if (!(await goneWithin(pid, ENDING_MS))) process.kill(pid, 'SIGKILL');
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

/** Whether the process ends within the time. */
async function goneWithin(pid: number, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (isThere(pid)) {
    if (performance.now() > end) return false;
    await pause(1);
  }
  return true;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
