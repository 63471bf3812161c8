import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../common/durableFile.ts';
import { systemCodeOf } from '../common/errors.ts';
import type { HandleId } from '../registry/taskRecord.ts';
import { FILE_MODE } from './durableFiles.ts';
import { assertMayWrite } from './fence.ts';
import { asStoreFailed } from './storeFailure.ts';

/** `th_`, 26 characters and a line end: a handle stands at a multiple of this, and only there. */
const LINE_BYTES = 30;
const CHUNK_BYTES = LINE_BYTES * 4_096;

/**
 * Handles whose time is over, for good: 30 bytes each, on disk alone. Once a handle was returned
 * it never becomes unknown (P1).
 */
export class Tombstones {
  constructor(
    private readonly path: string,
    private readonly isFenced: () => boolean,
  ) {}

  /** Resolves when they are synced; one that stands there already may stand there twice. */
  async add(handles: readonly HandleId[]): Promise<void> {
    assertMayWrite(this.isFenced);
    try {
      const file = await open(this.path, 'a', FILE_MODE);
      try {
        const { size } = await file.stat();
        // A torn end would put all that follows out of step.
        await file.truncate(size - (size % LINE_BYTES));
        await file.appendFile(handles.map((handle) => `${handle}\n`).join(''));
        await file.datasync();
        if (size === 0) await syncFolder(dirname(this.path));
      } finally {
        await file.close();
      }
    } catch (error) {
      throw asStoreFailed(this.path, error);
    }
  }

  /** Reads the file; a handle more costs 30 bytes of it. */
  async has(handle: HandleId): Promise<boolean> {
    try {
      const chunks = createReadStream(this.path, { highWaterMark: CHUNK_BYTES });
      for await (const chunk of chunks) if (Buffer.from(chunk).includes(`${handle}\n`)) return true;
      return false;
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return false;
      throw asStoreFailed(this.path, error);
    }
  }
}
