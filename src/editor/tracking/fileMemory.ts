import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isJsonObject, type JsonObject, parseJson } from '../../common/json.ts';
import type { Memory } from './trackedServers.ts';

/**
 * What a workspace remembers, in a file of this user beside the extension's own things. The
 * editor's `workspaceState` lives in the browser where the editor runs on a server: another browser
 * would know no server and no consent.
 */
export class FileMemory implements Memory {
  constructor(private readonly path: string) {}

  get(key: string): unknown {
    return this.#read()[key];
  }

  /** Two windows of one workspace share the file, so it is read again first. */
  async update(key: string, value: unknown): Promise<void> {
    const text = JSON.stringify({ ...this.#read(), [key]: value }, undefined, 2);
    const temporary = `${this.path}.${process.pid}.tmp`;
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${text}\n`, { mode: 0o600 });
    renameSync(temporary, this.path);
  }

  #read(): JsonObject {
    try {
      const stored = parseJson(readFileSync(this.path, 'utf8'));
      return isJsonObject(stored) ? stored : {};
    } catch {
      return {};
    }
  }
}
