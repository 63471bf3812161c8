import { accessSync, chmodSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf, systemCodeOf, TaskHandlesError } from '../common/errors.ts';
import { ENV_HOME, PRODUCT } from '../common/product.ts';

/** Where everything of one home lies. Pure paths: nothing exists until `ensureHome`. */
export interface HomePaths {
  readonly root: string;
  /** The file that tells clients where the broker listens. */
  readonly endpoint: string;
  readonly lockFolder: string;
  readonly logFolder: string;
  readonly brokerLog: string;
  /** stderr of starting brokers: what is known when one did not come up. */
  readonly startLog: string;
  readonly versions: string;
  /** Records of callers without a workspace. */
  readonly records: string;
  /** The append-only trail of every change. */
  readonly audit: string;
  /** How long tools took before. */
  readonly durations: string;
  /** What the administrator's file said when it was last good. */
  readonly adminCopy: string;
  /** What clients of the HTTP fronts of windows must bring; for this user alone. */
  readonly httpToken: string;
  /** The folder that terminals have on their PATH. */
  readonly bin: string;
  /** What new work is refused, a file each (P7). */
  readonly refusals: string;
  /** Which processes each broker has started, for who must end them without it. */
  readonly processes: string;
  /** What was ended past the broker, until that has merged it. */
  readonly panics: string;
}

export interface HomeOptions {
  /** `--home DIR`; wins over everything. */
  readonly home?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

/** Finds the home: `--home`, else the environment, else the platform's state folder. */
export function resolveHome(options: HomeOptions = {}): HomePaths {
  const env = options.env ?? process.env;
  const chosen = options.home || env[ENV_HOME];
  return pathsOf(
    resolve(chosen || defaultRoot(env, options.platform ?? process.platform, userFolder(env))),
  );
}

function userFolder(env: NodeJS.ProcessEnv): string {
  return env.HOME || homedir();
}

function defaultRoot(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, user: string): string {
  if (platform === 'darwin') return join(user, 'Library', 'Application Support', PRODUCT);
  if (platform === 'win32') {
    return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), PRODUCT);
  }
  return join(env.XDG_STATE_HOME || join(user, '.local', 'state'), PRODUCT);
}

function pathsOf(root: string): HomePaths {
  const logFolder = join(root, 'log');
  return {
    root,
    endpoint: join(root, 'endpoint.json'),
    lockFolder: join(root, 'lock'),
    logFolder,
    brokerLog: join(logFolder, 'broker.log'),
    startLog: join(logFolder, 'start.log'),
    versions: join(root, 'versions'),
    records: join(root, 'records'),
    audit: join(root, 'audit'),
    durations: join(root, 'durations.json'),
    adminCopy: join(root, 'admin-policy.json'),
    httpToken: join(root, 'http.token'),
    bin: join(root, 'bin'),
    refusals: join(root, 'refusals'),
    processes: join(root, 'processes'),
    panics: join(root, 'panics'),
  };
}

/** Makes the home for this user alone (P8), or throws `home_not_writable`. Safe to repeat. */
export function ensureHome(paths: HomePaths): void {
  try {
    const isNew = mkdirSync(paths.root, { recursive: true, mode: 0o700 }) !== undefined;
    closeToOthers(paths, isNew);
    for (const folder of [
      paths.lockFolder,
      paths.logFolder,
      paths.versions,
      paths.records,
      paths.bin,
      paths.refusals,
      paths.processes,
      paths.panics,
    ]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    accessSync(paths.root, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (TaskHandlesError.is(error)) throw error;
    throw notWritable(paths.root, reasonOf(error), error);
  }
}

function notWritable(root: string, reason: string, cause?: unknown): TaskHandlesError {
  return new TaskHandlesError(
    'home_not_writable',
    `The home folder ${root} cannot be used (${reason}); name a folder of your own with --home DIR or ${ENV_HOME}.`,
    { cause },
  );
}

function reasonOf(error: unknown): string {
  const code = systemCodeOf(error);
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'there is a file in its place';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'it is not writable';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full';
  return messageOf(error);
}

/** Never narrows a folder that holds other people's things, such as `--home /tmp`. */
function closeToOthers(paths: HomePaths, isNew: boolean): void {
  if (process.platform === 'win32') return;
  const { mode, uid } = statSync(paths.root);
  if (uid !== process.getuid?.()) throw notWritable(paths.root, 'it belongs to another user');
  if ((mode & 0o077) === 0) return;
  const entries = isNew ? [] : readdirSync(paths.root);
  if (entries.length === 0 || entries.includes('lock')) chmodSync(paths.root, 0o700);
  else if ((mode & 0o022) !== 0) {
    throw notWritable(paths.root, 'other users can write to it');
  }
}
