import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devTools } from '../../../scripts/devTools/devTools.ts';
import { runCommand } from '../../../scripts/devTools/runCommand.ts';
import { endMarked, killMarked, type Mark } from './markedProcesses.ts';

const START_DEADLINE_MS = 60_000;
const MARK = 'TASK_HANDLES_EDITOR';

export interface EditorOptions {
  /** Folder to open. */
  readonly workspace: string;
  /** Packed extensions to install. */
  readonly vsix?: readonly string[];
  /** Extension folders to install by copy of nothing: VS Code loads them from where they are. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A running VS Code server of our own, with its own data, extensions and broker home. */
export interface Editor {
  readonly url: string;
  readonly workspace: string;
  /** Everything of it: `data`, `extensions`, `home`. */
  readonly folder: string;
  readonly home: string;
  readonly mark: Mark;
  readonly pid: number;
  /** The server's and the extension hosts' output so far, for a failure's message. */
  readonly output: () => string;
  /** Ends it with all that it started, brokers and upstreams included. */
  stop(): Promise<void>;
}

/** Quiet and closed: no welcome page, no updates, no calls home. */
const QUIET_SETTINGS = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'chat.tools.global.autoApprove': true,
  'workbench.colorTheme': 'Default Dark Modern',
};

const running = new Set<Mark>();
let isGuarding = false;

function endAllNow(): void {
  for (const mark of running) killMarked(mark);
  running.clear();
}

/** Whatever ends this process, nothing that it started stays. */
function guardExit(): void {
  if (isGuarding) return;
  isGuarding = true;
  process.on('exit', endAllNow);
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(name, () => process.exit(code));
  }
}

async function writeSettings(data: string, settings: object): Promise<void> {
  for (const scope of ['User', 'Machine']) {
    const folder = join(data, 'data', scope);
    await mkdir(folder, { recursive: true });
    const text = scope === 'User' ? JSON.stringify(settings, null, 2) : '{}';
    await writeFile(join(folder, 'settings.json'), text);
  }
}

function waitForAddress(server: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`VS Code's server ${why}:\n${output()}`));
    const timer = setTimeout(fail, START_DEADLINE_MS, 'did not start in time');
    server.stdout?.on('data', () => {
      const port = /Extension host agent listening on (\d+)/.exec(output())?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(`http://127.0.0.1:${port}`);
    });
    server.on('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`ended with ${code ?? signal}`);
    });
    server.on('error', (error) => {
      clearTimeout(timer);
      fail(error.message);
    });
  });
}

function collectOutput(server: ChildProcess): () => string {
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-200_000);
  };
  server.stdout?.on('data', collect);
  server.stderr?.on('data', collect);
  return () => output;
}

async function startServer(folder: string, mark: Mark, options: EditorOptions) {
  const { node, serverFolder } = await devTools();
  const folders = ['--server-data-dir', join(folder, 'data')];
  folders.push('--extensions-dir', join(folder, 'extensions'));
  const program = join(serverFolder, 'out/server-main.js');
  const env = {
    ...process.env,
    MCP_TASK_HANDLES_HOME: join(folder, 'home'),
    ...options.env,
    [mark.name]: mark.value,
  };
  await writeSettings(join(folder, 'data'), { ...QUIET_SETTINGS, ...options.settings });
  for (const file of options.vsix ?? []) {
    await runCommand(node, [program, ...folders, '--install-extension', file, '--force'], { env });
  }
  const flags = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
  flags.push('--accept-server-license-terms', '--enable-smoke-test-driver');
  flags.push('--telemetry-level', 'off', ...folders);
  const server = spawn(node, [program, ...flags], { cwd: serverFolder, env });
  return { server, output: collectOutput(server) };
}

async function release(mark: Mark, folder: string): Promise<void> {
  const left = await endMarked(mark);
  running.delete(mark);
  if (left.length > 0) {
    throw new Error(`Would not end: ${left.map(({ pid, command }) => `${pid} ${command}`)}`);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Starts a real VS Code on `workspace`; whoever starts it stops it. */
export async function startEditor(options: EditorOptions): Promise<Editor> {
  const folder = await mkdtemp(join(tmpdir(), 'th-editor-'));
  const mark = { name: MARK, value: randomUUID() };
  running.add(mark);
  guardExit();
  try {
    const { server, output } = await startServer(folder, mark, options);
    const address = await waitForAddress(server, output);
    return {
      url: `${address}/?folder=${encodeURIComponent(options.workspace)}`,
      workspace: options.workspace,
      folder,
      home: join(folder, 'home'),
      mark,
      pid: server.pid ?? 0,
      output,
      stop: () => release(mark, folder),
    };
  } catch (error) {
    await release(mark, folder);
    throw error;
  }
}
