import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devTools } from '../../../scripts/devTools/devTools.ts';
import { runCommand } from '../../../scripts/devTools/runCommand.ts';
import { endMarked, killMarked, type Mark } from './markedProcesses.ts';
import { until } from './until.ts';

const START_DEADLINE_MS = 60_000;
const MARK = 'TASK_HANDLES_EDITOR';

export interface EditorOptions {
  /** Folder to open. */
  readonly workspace: string;
  /** Packed extensions to install. */
  readonly vsix?: readonly string[];
  /** User settings, over quiet defaults. */
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
  /** Lets it run on after this process has ended. */
  keep(): void;
}

/** Quiet and closed: no welcome page, no updates, no calls home. */
export const QUIET_SETTINGS = {
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

/** What runs, and the folder of each. */
const running = new Map<Mark, string>();
let isGuarding = false;

function endAllNow(): void {
  for (const [mark, folder] of running) {
    killMarked(mark);
    rmSync(folder, { recursive: true, force: true });
  }
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

/** In both places: of `machine` settings, a remote window reads only the machine's. */
async function writeSettings(data: string, settings: object): Promise<void> {
  for (const scope of ['User', 'Machine']) {
    const folder = join(data, 'data', scope);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'settings.json'), JSON.stringify(settings, null, 2));
  }
}

/** Ours has a log file, not a pipe: the server may outlive us (`demo --keep`). */
function waitForAddress(server: ChildProcess, output: () => string): Promise<string> {
  const fail = (why: string): never => {
    throw new Error(`VS Code's server ${why}:\n${output()}`);
  };
  const address = () => {
    if (server.exitCode !== null || server.signalCode !== null) fail('ended at once');
    const port = /Extension host agent listening on (\d+)/.exec(output())?.[1];
    return port && `http://127.0.0.1:${port}`;
  };
  return until(address, { what: "VS Code's server", deadlineMs: START_DEADLINE_MS }).catch(
    (error: Error) => fail(error.message),
  );
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
  const logFile = join(folder, 'server.log');
  const log = openSync(logFile, 'a');
  const server = spawn(node, [program, ...flags], {
    cwd: serverFolder,
    env,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return { server, output: () => readFileSync(logFile, 'utf8').slice(-200_000) };
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
  running.set(mark, folder);
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
      keep: () => {
        running.delete(mark);
        server.unref();
      },
    };
  } catch (error) {
    await release(mark, folder);
    throw error;
  }
}
