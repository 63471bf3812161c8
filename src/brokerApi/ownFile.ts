import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

const LARGEST_BYTES = 1024 * 1024;

/** No link is followed, and a pipe in its place does not block. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The text of a small file that only this user can have written; throws with the reason if not. */
export function readOwnFile(path: string): string {
  const descriptor = openSync(path, READ_FLAGS);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile() || found.size > LARGEST_BYTES) throw new Error('it is not one of ours');
    const isOthers = process.platform !== 'win32' && found.uid !== process.getuid?.();
    if (isOthers) throw new Error('it belongs to another user');
    if (process.platform !== 'win32' && (found.mode & 0o022) !== 0) {
      throw new Error('other users can write to it');
    }
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
