import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, systemCodeOf, TaskHandlesError } from '../common/errors.ts';

const OTHERS = 0o077;

/** 256 random bits. */
export function freshToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether nobody will guess it, and a header can carry it. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]{16,}$/.test(text);
}

/**
 * The token that the person keeps in this file; made if the file is not there. Rejects a file that
 * others may read (`usage`).
 */
export function keptToken(path: string): string {
  try {
    const token = readFileSync(path, 'utf8').trim();
    if (process.platform !== 'win32' && (statSync(path).mode & OTHERS) !== 0) {
      throw unusable(path, `others may read it: chmod 600 ${path}`);
    }
    if (isToken(token)) return token;
    throw unusable(path, 'it must hold one token of at least 16 visible ASCII characters');
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw asUnusable(path, error);
  }
  const token = freshToken();
  writeToken(path, token);
  return token;
}

/** Writes a file for this user alone, in the place of one that may be there. */
export function writeToken(path: string, token: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(path, { force: true });
    writeFileSync(path, `${token}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw asUnusable(path, error);
  }
}

/** What the disk refuses is no fault of the command line. */
function asUnusable(path: string, error: unknown): TaskHandlesError {
  if (TaskHandlesError.is(error)) return error;
  return new TaskHandlesError('home_not_writable', sentence(path, messageOf(error)));
}

function unusable(path: string, why: string): TaskHandlesError {
  return new TaskHandlesError('usage', sentence(path, why));
}

function sentence(path: string, why: string): string {
  return `The token file ${path} cannot be used: ${why}.`;
}
