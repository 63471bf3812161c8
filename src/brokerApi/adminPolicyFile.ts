import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { posix } from 'node:path';
import { messageOf, systemCodeOf } from '../common/errors.ts';
import { PRODUCT } from '../common/product.ts';
import type { AdminLocks } from './adminLocks.ts';
import { whyUntrusted } from './adminTrust.ts';
import { parseAdminLocks } from './parseAdminLocks.ts';

/**
 * What stands in the administrator's file now. `ignored`: others could have written it, so it counts
 * for nothing. `broken`: it is an administrator's, and what it locks cannot be read.
 */
export type AdminReading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'ignored'; readonly problem: string }
  | { readonly kind: 'broken'; readonly problem: string; readonly sinceMs: number | null }
  | {
      readonly kind: 'good';
      readonly locks: AdminLocks;
      readonly text: string;
      readonly sinceMs: number;
    };

const FILE = 'policy.json';
const LARGEST_BYTES = 256 * 1024;
/** A pipe in its place does not block. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Where administrators put it. No environment variable says where, on Windows neither: who starts us
 * could set it.
 */
export function adminPolicyPath(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return `C:\\ProgramData\\${PRODUCT}\\${FILE}`;
  const folder = platform === 'darwin' ? '/Library/Application Support' : '/etc';
  return posix.join(folder, PRODUCT, FILE);
}

/** Reads the file if nobody but an administrator can write it. Never throws. */
export function readAdminPolicy(path: string): AdminReading {
  try {
    const fault = whyUntrusted(path);
    if (fault !== undefined) return { kind: 'ignored', problem: `${path} is ignored: ${fault}.` };
    return readTrusted(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return { kind: 'absent' };
    return broken(path, reasonOf(error), null);
  }
}

function readTrusted(path: string): AdminReading {
  const descriptor = openSync(path, READ_FLAGS);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) return broken(path, 'it is no file', found);
    if (found.size > LARGEST_BYTES) return broken(path, 'it is larger than 256 KB', found);
    const text = readFileSync(descriptor, 'utf8');
    const parsed = parseAdminLocks(text, path);
    if ('problem' in parsed) return broken(path, parsed.problem, found);
    return { kind: 'good', locks: parsed.locks, text, sinceMs: found.mtimeMs };
  } finally {
    closeSync(descriptor);
  }
}

function broken(path: string, why: string, found: Stats | null): AdminReading {
  const problem = `${path} cannot be followed: ${why}.`;
  return { kind: 'broken', problem, sinceMs: found?.mtimeMs ?? null };
}

function reasonOf(error: unknown): string {
  const code = systemCodeOf(error);
  if (code === 'EACCES' || code === 'EPERM') return 'this user cannot read it (chmod go+rX it)';
  return messageOf(error);
}
