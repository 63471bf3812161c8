import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { build } from 'esbuild';
import { type HomePaths, resolveHome } from '../../src/brokerApi/home.ts';
import { LineReader } from '../../src/common/lines.ts';
import { LineInbox } from './lineInbox.ts';

process.setMaxListeners(0);
let distFolder: Promise<string> | undefined;

/** Bundles the cli as the product does, once per test process; without a broker beside it. */
export function cliFolder(): Promise<string> {
  distFolder ??= bundle();
  return distFolder;
}

async function bundle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mth-cli-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build({
    entryPoints: { cli: 'src/cliMain.ts', terminal: 'src/terminalMain.ts' },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  return folder;
}

/** A home of its own for one test; removed at the end of all, when nothing writes to it. */
export function temporaryHome(): HomePaths {
  const root = mkdtempSync(join(tmpdir(), 'mth-home-'));
  process.once('exit', () => rmSync(root, { recursive: true, force: true, maxRetries: 10 }));
  return resolveHome({ home: root });
}

/** A real `cli.js`, as a host or a shell has it. */
export class CliProcess {
  readonly stdout = new LineInbox();
  readonly stderr = new LineInbox();
  /** The exit code, or the name of the signal. */
  readonly exit: Promise<number | string>;

  private constructor(readonly child: ChildProcessWithoutNullStreams) {
    const out = new LineReader((line) => this.stdout.push(line));
    const errors = new LineReader((line) => this.stderr.push(line));
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => errors.push(chunk));
    child.stdin.on('error', () => {});
    this.exit = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
  }

  static async start(
    t: TestContext,
    args: readonly string[],
    env: NodeJS.ProcessEnv = process.env,
  ): Promise<CliProcess> {
    const program = join(await cliFolder(), 'cli.js');
    const child = spawn(process.execPath, [program, ...args], { stdio: 'pipe', env });
    t.after(() => child.kill('SIGKILL'));
    return new CliProcess(child);
  }

  send(line: string | Record<string, unknown>): void {
    this.child.stdin.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  }

  /** Sends a request with these members. */
  request(id: number | string, method: string, params: Record<string, unknown> = {}): void {
    this.send({ jsonrpc: '2.0', id, method, params });
  }

  notify(method: string, params: Record<string, unknown> = {}): void {
    this.send({ jsonrpc: '2.0', method, params });
  }
}
