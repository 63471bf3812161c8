import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { systemCodeOf } from '../common/errors.ts';
import { isJsonObject, parseJson } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import { copyAside, isVanished, writeFileAtomically } from './durableFiles.ts';

/** Where each workspace keeps its records, by identity: paths of one workspace may differ. */
export class StoreIndex {
  #folders: ReadonlyMap<string, string> = new Map();
  #lastSave: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly log: Log,
  ) {}

  /** Reads the file; one that cannot be read is kept aside, and windows fill the index anew. */
  async load(): Promise<void> {
    const text = await this.#read();
    if (text === null) return;
    const value = parseJson(text);
    const folders = isJsonObject(value) ? value.folders : undefined;
    const entries = isJsonObject(folders) ? Object.entries(folders) : [];
    const good = entries.filter((entry): entry is [string, string] => isFolder(entry[1]));
    if (!isJsonObject(folders) || good.length < entries.length) {
      const aside = await copyAside(this.path);
      this.log.write('warn', `The index of task records was damaged; kept as ${aside}.`);
    }
    this.#folders = new Map(good);
  }

  folderOf(workspace: string): string | undefined {
    return this.#folders.get(workspace);
  }

  entries(): [string, string][] {
    return [...this.#folders];
  }

  /** Names the folder of a workspace, or with `null` leaves it to home; resolves when on disk. */
  set(workspace: string, folder: string | null): Promise<void> {
    const saved = this.#lastSave.then(() => this.#save(workspace, folder));
    this.#lastSave = saved.catch(() => undefined);
    return saved;
  }

  async #save(workspace: string, folder: string | null): Promise<void> {
    const isKnown = (this.#folders.get(workspace) ?? null) === folder;
    if (isKnown && !(await isVanished(this.path))) return;
    const folders = new Map(this.#folders);
    if (folder === null) folders.delete(workspace);
    else folders.set(workspace, folder);
    const value = { version: 1, folders: Object.fromEntries(folders) };
    await writeFileAtomically(this.path, `${JSON.stringify(value, null, 2)}\n`);
    this.#folders = folders;
  }

  async #read(): Promise<string | null> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') {
        this.log.write('error', `The index of task records cannot be read: ${this.path}`, error);
      }
      return null;
    }
  }
}

function isFolder(value: unknown): value is string {
  return typeof value === 'string' && isAbsolute(value);
}
