import { closeSync, lstatSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { systemCodeOf } from '../common/errors.ts';

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;
/** As many links as Linux follows. */
const MOST_LINKS = 40;

/**
 * Why somebody other than the administrator could have written the file; `undefined`: nobody could.
 * Each folder and link on the way to it is looked at, because who may rename one of them decides
 * what the path means. Throws what the system says of a path that is not there.
 */
export function whyUntrusted(path: string): string | undefined {
  return process.platform === 'win32' ? whyUntrustedOnWindows(path) : whyUntrustedOnPosix(path);
}

function whyUntrustedOnPosix(path: string): string | undefined {
  let links = 0;
  let done: string = sep;
  let rest = namesOf(path);
  let isLink = false;
  for (;;) {
    const found = foundAt(done, isLink);
    const isFile = rest.length === 0 && !found.isSymbolicLink();
    const fault = faultOf(found, done, rest.length === 1);
    if (fault !== undefined || isFile) return fault;
    if (found.isSymbolicLink()) {
      if (++links > MOST_LINKS) throw new Error('it is a chain of too many links');
      isLink ||= rest.length === 0;
      rest = [...namesOf(resolve(dirname(done), readlinkSync(done))), ...rest];
      done = sep;
    } else {
      const [next = '', ...others] = rest;
      done = resolve(done, next);
      rest = others;
    }
  }
}

/** A link that leads nowhere is an administrator's mistake, not the absence of a file. */
function foundAt(path: string, isBehindLink: boolean): Stats {
  try {
    return lstatSync(path);
  } catch (error) {
    if (!isBehindLink || systemCodeOf(error) !== 'ENOENT') throw error;
    throw new Error('it is a link that leads nowhere', { cause: error });
  }
}

function namesOf(path: string): string[] {
  return path.split(sep).filter((name) => name !== '');
}

/** In a sticky folder of root's, such as /tmp, nobody can put root's entries aside. */
function faultOf(found: Stats, path: string, isOwnFolder: boolean): string | undefined {
  if (found.uid !== 0) return `${path} does not belong to root (chown root ${path})`;
  if (found.isSymbolicLink() || (found.mode & WRITABLE_BY_OTHERS) === 0) return undefined;
  const isSafe = found.isDirectory() && !isOwnFolder && (found.mode & STICKY) !== 0;
  return isSafe ? undefined : `others than root can write to ${path} (chmod go-w ${path})`;
}

/** There the system is asked: whoever may open it for writing could have written it. */
function whyUntrustedOnWindows(path: string): string | undefined {
  lstatSync(path);
  try {
    closeSync(openSync(path, 'r+'));
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'EPERM' || code === 'EACCES') return undefined;
    throw error;
  }
  return `this user can write to ${path} (leave writing to Administrators)`;
}
