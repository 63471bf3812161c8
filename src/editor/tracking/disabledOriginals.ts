import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'jsonc-parser';
import type * as vscode from 'vscode';
import { messageOf, TaskHandlesError } from '../../common/errors.ts';
import { isJsonObject, parseJson } from '../../common/json.ts';
import {
  addEntry,
  disableEntry,
  type EntryEdit,
  restoreEntry,
} from '../../hostConfigs/entryText.ts';
import type { HostConfigKind } from '../../hostConfigs/hostConfigFile.ts';
import { replaceFile } from '../../hostConfigs/replaceFile.ts';
import type { Memory } from './trackedServers.ts';

/** An entry of a host's file that we took out. */
export interface DisabledOriginal {
  readonly kind: HostConfigKind;
  readonly path: string;
  readonly name: string;
}

interface KeptEntry {
  readonly edit: EntryEdit;
  /** The entry itself, to run the server and, at worst, to add it again. */
  readonly value: unknown;
}

export interface DisabledOriginalsOptions {
  readonly memory: Memory;
  /** Entries may hold secrets, so they are kept where secrets are. */
  readonly secrets: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>;
  readonly backupFolder: string;
}

const KEY = 'mcpTaskHandles.disabledOriginals';

/** `restored`; `changed`: somebody has edited its place since; `absent`: it was not disabled. */
export type RestoreOutcome = 'restored' | 'changed' | 'absent';

/** Takes originals out of their files while their twins run, and brings them back. */
export class DisabledOriginals {
  constructor(private readonly options: DisabledOriginalsOptions) {}

  has({ path, name }: Pick<DisabledOriginal, 'path' | 'name'>): boolean {
    return this.#all().some((one) => one.path === path && one.name === name);
  }

  /** The entries that were taken out of a file, by name. */
  async entriesOf(path: string): Promise<Record<string, unknown>> {
    const entries: [string, unknown][] = [];
    for (const original of this.#all().filter((one) => one.path === path)) {
      const kept = await this.#kept(original);
      if (kept !== undefined) entries.push([original.name, kept.value]);
    }
    return Object.fromEntries(entries);
  }

  /** Answers where the backup is. The entry is kept before the file changes. */
  async disable(original: DisabledOriginal): Promise<string> {
    const { path, kind, name } = original;
    const text = await readFile(path, 'utf8');
    const disabled = disableEntry(text, { kind, name });
    const kept: KeptEntry = { edit: disabled.edit, value: valueIn(text, original) };
    await this.options.secrets.store(secretOf(original), JSON.stringify(kept));
    await this.options.memory.update(KEY, [...this.#others(original), original]);
    const { backupFolder } = this.options;
    try {
      return await replaceFile({ path, expected: text, text: disabled.text, backupFolder });
    } catch (error) {
      await this.#forget(original);
      throw error;
    }
  }

  async restore(original: DisabledOriginal): Promise<RestoreOutcome> {
    const { path, kind, name } = original;
    const kept = await this.#kept(original);
    if (!this.has(original) || kept === undefined) return 'absent';
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw new TaskHandlesError('usage', `${path} cannot be read (${messageOf(error)}).`, {
        cause: error,
      });
    });
    const isThere = valueIn(text, original) !== undefined;
    let restored = isThere ? undefined : restoreEntry(text, kept.edit);
    // Without comments nothing is left in the file, so adding cannot double anything.
    if (!isThere && kind === 'root') restored ??= addEntry(text, { kind, name }, kept.value);
    if (restored !== undefined) {
      const { backupFolder } = this.options;
      await replaceFile({ path, expected: text, text: restored, backupFolder });
    }
    await this.#forget(original);
    return restored === undefined && !isThere ? 'changed' : 'restored';
  }

  async #forget(original: DisabledOriginal): Promise<void> {
    await this.options.memory.update(KEY, this.#others(original));
    await this.options.secrets.delete(secretOf(original));
  }

  async #kept(original: DisabledOriginal): Promise<KeptEntry | undefined> {
    const kept = parseJson((await this.options.secrets.get(secretOf(original))) ?? '');
    return isKeptEntry(kept) ? kept : undefined;
  }

  #others({ path, name }: DisabledOriginal): DisabledOriginal[] {
    return this.#all().filter((one) => one.path !== path || one.name !== name);
  }

  #all(): DisabledOriginal[] {
    const stored = this.options.memory.get(KEY);
    return Array.isArray(stored) ? stored.filter(isDisabledOriginal) : [];
  }
}

function valueIn(text: string, { kind, name }: DisabledOriginal): unknown {
  const root: unknown = parse(text, [], { allowTrailingComma: true });
  const servers = isJsonObject(root) ? root[kind === 'root' ? 'mcpServers' : 'servers'] : undefined;
  return isJsonObject(servers) ? servers[name] : undefined;
}

function secretOf({ path, name }: DisabledOriginal): string {
  const id = createHash('sha256').update(`${path}\n${name}`).digest('hex').slice(0, 24);
  return `disabledOriginal:${id}`;
}

function isDisabledOriginal(value: unknown): value is DisabledOriginal {
  if (!isJsonObject(value)) return false;
  const { kind, path, name } = value;
  const isKnown = kind === 'vscode' || kind === 'root' || kind === 'user';
  return isKnown && typeof path === 'string' && typeof name === 'string';
}

function isKeptEntry(value: unknown): value is KeptEntry {
  if (!isJsonObject(value) || !isJsonObject(value.edit)) return false;
  const { start, before, after, hash } = value.edit;
  return (
    typeof start === 'number' && [before, after, hash].every((text) => typeof text === 'string')
  );
}
