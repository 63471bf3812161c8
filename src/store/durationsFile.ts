import { readFile, stat } from 'node:fs/promises';
import { systemCodeOf, TaskHandlesError } from '../common/errors.ts';
import type { DurationsFile } from '../registry/durations.ts';
import { writeFileAtomically } from './durableFiles.ts';

/** More than a full history ever takes. */
const LARGEST_BYTES = 4 * 1024 * 1024;

/** How long tools took, in one file that is written whole or not at all. */
export function durationsFile(path: string, isFenced: () => boolean): DurationsFile {
  return {
    async read() {
      try {
        const { size } = await stat(path);
        if (size > LARGEST_BYTES) throw damaged('it is far too large');
        return JSON.parse(await readFile(path, 'utf8')) as unknown;
      } catch (error) {
        if (systemCodeOf(error) === 'ENOENT') return null;
        throw error instanceof SyntaxError ? damaged('it is no JSON', error) : error;
      }
    },
    async write(value) {
      if (!isFenced()) await writeFileAtomically(path, JSON.stringify(value));
    },
  };
}

function damaged(what: string, cause?: unknown): TaskHandlesError {
  const message = `durations.json cannot be used (${what}); it is written anew.`;
  return new TaskHandlesError('store_failed', message, { cause });
}
