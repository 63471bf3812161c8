import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { posix } from 'node:path';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import { PRODUCT } from '../common/product.ts';

export interface SocketPlace {
  /** Equal homes give equal names. */
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly temporaryFolder: string;
  readonly uid: number;
}

/** `sun_path` without its terminating zero. */
const LIMIT_LINUX = 107;
const LIMIT_ELSEWHERE = 103;

/** What this process knows of where a socket of `home` may lie. */
export function socketPlaceOf(home: string): SocketPlace {
  return {
    home,
    env: process.env,
    platform: process.platform,
    temporaryFolder: tmpdir(),
    uid: process.getuid?.() ?? 0,
  };
}

/** The paths that fit the platform, best first; throws `socket_path_too_long` when none does. */
export function socketPathsFor(place: SocketPlace): string[] {
  const name = createHash('sha256').update(place.home).digest('hex').slice(0, 16);
  if (place.platform === 'win32') return [`\\\\.\\pipe\\${PRODUCT}-${name}`];
  const candidates = runtimeFolders(place).map((folder) => posix.join(folder, `${name}.sock`));
  const limit = place.platform === 'linux' ? LIMIT_LINUX : LIMIT_ELSEWHERE;
  const fitting = candidates.filter((path) => Buffer.byteLength(path) <= limit);
  if (fitting.length > 0) return fitting;
  throw new TaskHandlesError(
    'socket_path_too_long',
    `The socket path ${candidates[0]} is longer than the ${limit} bytes of this platform; set XDG_RUNTIME_DIR or TMPDIR to a shorter folder.`,
  );
}

function runtimeFolders({ env, temporaryFolder, uid }: SocketPlace): string[] {
  const runtime = env.XDG_RUNTIME_DIR;
  const folders = runtime && posix.isAbsolute(runtime) ? [posix.join(runtime, PRODUCT)] : [];
  if (posix.isAbsolute(temporaryFolder)) {
    folders.push(posix.join(temporaryFolder, `${PRODUCT}-${uid}`));
  }
  return folders;
}

/** Makes the folder of the first usable candidate, for this user alone, and returns that path. */
export function claimSocketPath(place: SocketPlace): string {
  const candidates = socketPathsFor(place);
  if (place.platform === 'win32') return candidates[0] ?? '';
  let lastReason = '';
  for (const path of candidates) {
    const reason = claimFolder(posix.dirname(path), place.uid);
    if (reason === undefined) return path;
    lastReason = reason;
  }
  throw new TaskHandlesError(
    'broker_start_failed',
    `No folder for the socket: ${lastReason}; set XDG_RUNTIME_DIR or TMPDIR to a folder of your own.`,
  );
}

/** Why the folder cannot be trusted; anybody may have made it before us in a shared place (P8). */
function claimFolder(folder: string, uid: number): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    if (!found.isDirectory()) return `${folder} is not a real folder`;
    if (found.uid !== uid) return `${folder} belongs to another user`;
    if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
