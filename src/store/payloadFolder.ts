import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../common/durableFile.ts';
import { systemCodeOf } from '../common/errors.ts';
import { isHandleId } from '../registry/handleId.ts';
import type { HandleId } from '../registry/taskRecord.ts';
import type { PayloadKind } from '../registry/taskStore.ts';
import {
  copyInto,
  listFiles,
  makeSubfolder,
  readTextOrNull,
  removeFolder,
  replaceFile,
} from './durableFiles.ts';
import { assertMayWrite } from './fence.ts';
import { SharedSync } from './sharedSync.ts';
import { asStoreFailed } from './storeFailure.ts';

export const PAYLOAD_KINDS: readonly PayloadKind[] = ['result', 'lateResult'];

export interface PayloadFolderOptions {
  readonly path: string;
  readonly isFenced: () => boolean;
}

/** Results, each in a file of its own (decision 11): none is in memory until somebody asks. */
export class PayloadFolder {
  readonly #names: SharedSync;

  constructor(private readonly options: PayloadFolderOptions) {
    this.#names = new SharedSync(() => syncFolder(options.path));
  }

  /** Resolves when the payload would survive a power cut. */
  async write(handle: HandleId, kind: PayloadKind, json: string): Promise<void> {
    assertMayWrite(this.options.isFenced);
    const path = this.#pathOf(handle, kind);
    try {
      await this.#inFolder(() => replaceFile(path, [json]));
      await this.#names.run();
    } catch (error) {
      throw asStoreFailed(path, error);
    }
  }

  async read(handle: HandleId, kind: PayloadKind): Promise<string | null> {
    const path = this.#pathOf(handle, kind);
    try {
      return await readTextOrNull(path);
    } catch (error) {
      throw asStoreFailed(path, error);
    }
  }

  async remove(handles: readonly HandleId[]): Promise<void> {
    assertMayWrite(this.options.isFenced);
    for (const handle of handles) {
      for (const kind of PAYLOAD_KINDS) await rm(this.#pathOf(handle, kind), { force: true });
    }
  }

  /** Handles that have a payload here. */
  async handles(): Promise<HandleId[]> {
    const handles = (await listFiles(this.options.path)).map((name) => name.split('.', 1)[0]);
    return [...new Set(handles)].filter(isHandleId);
  }

  /** Copies what another folder holds, synced. */
  async takeOver(other: PayloadFolder): Promise<void> {
    const from = other.options.path;
    const names = await listFiles(from);
    if (names.length === 0) return;
    assertMayWrite(this.options.isFenced);
    const { path } = this.options;
    await makeSubfolder(path);
    for (const name of names) await copyInto(join(from, name), join(path, name));
    await this.#names.run();
  }

  async removeAll(): Promise<void> {
    assertMayWrite(this.options.isFenced);
    await removeFolder(this.options.path);
  }

  /** The folder is made when it is first needed, and again should it vanish. */
  async #inFolder(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error;
      await makeSubfolder(this.options.path);
      await write();
    }
  }

  #pathOf(handle: HandleId, kind: PayloadKind): string {
    return join(this.options.path, `${handle}.${kind}.json`);
  }
}
