import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import type { HomePaths } from './home.ts';
import { socketPathsFor, socketPlaceOf } from './socketPath.ts';
import { BROKER_PROGRAM, stageVersion } from './versions.ts';

export interface StartOptions {
  readonly paths: HomePaths;
  /** Where the installed programs are; the broker runs from a copy in the home. */
  readonly distFolder: string;
  readonly idleExitMs?: number | undefined;
  /** Stands in what this broker says of its failure: all starters of a home share the start log. */
  readonly startId?: string | undefined;
}

/** Begins a line of the start log that says why the broker of this start did not come up. */
export function fatalMark(startId = ''): string {
  return `fatal${startId === '' ? '' : ` ${startId}`}: `;
}
/** Begins a line of the start log that names the living owner of the home. */
export const HELD_MARK = 'held: ';

const LOG_LIMIT_BYTES = 256 * 1024;

/** The broker outlives its starter, so it gets what it needs and none of the starter's secrets. */
const PASSED_ON =
  /^(HOME|USER|LOGNAME|USERNAME|USERPROFILE|PATH|SHELL|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|XDG_RUNTIME_DIR|XDG_STATE_HOME|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|LD_LIBRARY_PATH|NODE_EXTRA_CA_CERTS|(HTTP|HTTPS|NO|ALL)_PROXY)$/i;

/**
 * The shell puts the broker into the background of a session of its own and ends: the broker is
 * nobody's descendant, so neither a tree kill nor a group kill of the host reaches it. Nor does it
 * inherit the mark of a server that happens to be its starter (`processes/limitMark.ts`).
 */
const DOUBLE_START =
  'umask 077; ulimit -S -w unlimited 2>/dev/null || ulimit -S -x unlimited 2>/dev/null; log=$1; shift; exec 2>>"$log"; "$@" </dev/null >/dev/null &';

/**
 * Starts a broker and returns as soon as it is on its own. Harmless when one runs already: the
 * lock decides. Whether it came up is seen at the endpoint; why not, in the start log.
 */
export async function startBroker(options: StartOptions): Promise<void> {
  const { paths } = options;
  socketPathsFor(socketPlaceOf(paths.root));
  const program = join(stageVersion(paths, options.distFolder), BROKER_PROGRAM);
  const args = [program, '--home', paths.root];
  if (options.idleExitMs !== undefined) args.push('--idle-exit-ms', String(options.idleExitMs));
  if (options.startId !== undefined) args.push('--start-id', options.startId);
  keepShort(paths.startLog);
  try {
    if (process.platform === 'win32') startDetached(args, paths);
    else await startTwice(args, paths);
  } catch (error) {
    throw new TaskHandlesError(
      'broker_start_failed',
      `The broker could not be started (${messageOf(error)}); see ${paths.startLog}.`,
      { cause: error },
    );
  }
}

async function startTwice(args: readonly string[], paths: HomePaths): Promise<void> {
  const shell = spawn(
    '/bin/sh',
    ['-c', DOUBLE_START, 'sh', paths.startLog, process.execPath, ...args],
    { detached: true, stdio: 'ignore', cwd: '/', env: environmentOf(process.env) },
  );
  const [code] = await once(shell, 'exit');
  if (code !== 0) throw new Error(`the shell ended with ${code}`);
}

function startDetached(args: readonly string[], paths: HomePaths): void {
  const log = openSync(paths.startLog, 'a', 0o600);
  try {
    const broker = spawn(process.execPath, args, {
      detached: true,
      stdio: ['ignore', 'ignore', log],
      cwd: paths.root,
      env: environmentOf(process.env),
      windowsHide: true,
    });
    broker.on('error', () => {});
    broker.unref();
  } finally {
    closeSync(log);
  }
}

function environmentOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = Object.entries(env).filter(([name]) => PASSED_ON.test(name));
  if (process.versions.electron !== undefined) passed.push(['ELECTRON_RUN_AS_NODE', '1']);
  return Object.fromEntries(passed);
}

function keepShort(log: string): void {
  if (startLogSize(log) > LOG_LIMIT_BYTES) truncateSync(log, 0);
}

/** A mark to read the start log from: what comes later is of brokers that start later. */
export function startLogSize(log: string): number {
  return statSync(log, { throwIfNoEntry: false })?.size ?? 0;
}

/** The lines that starting brokers wrote since the mark. */
export function startLogSince(log: string, mark: number): string[] {
  try {
    const bytes = readFileSync(log);
    const text = bytes.subarray(mark <= bytes.length ? mark : 0).toString('utf8');
    return text.split('\n').filter((line) => line.trim() !== '');
  } catch {
    return [];
  }
}
