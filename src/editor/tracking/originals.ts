import { readFile } from 'node:fs/promises';
import { messageOf, TaskHandlesError } from '../../common/errors.ts';
import { disabledEntries, disableEntry, restoreEntry } from '../../hostConfigs/disabledEntry.ts';
import { replaceFile } from '../../hostConfigs/replaceFile.ts';

/** An entry of a host's file. */
export interface Original {
  readonly path: string;
  readonly name: string;
}

/** Switches originals off in their files while their twins run, and on again. */
export class Originals {
  constructor(private readonly backupFolder: string) {}

  /** Answers where the backup is. */
  async disable({ path, name }: Original): Promise<string> {
    const expected = await readText(path);
    return this.#replace(path, expected, disableEntry(expected, name));
  }

  /** Whether the entry is a comment of ours. */
  async isDisabled({ path, name }: Original): Promise<boolean> {
    const text = await readText(path).catch(() => '');
    return disabledEntries(text).some((one) => one.name === name);
  }

  /** Answers where the backup is; `undefined` when the comment is not as we left it. */
  async restore({ path, name }: Original): Promise<string | undefined> {
    const expected = await readText(path);
    const text = restoreEntry(expected, name);
    return text === undefined ? undefined : this.#replace(path, expected, text);
  }

  #replace(path: string, expected: string, text: string): Promise<string> {
    return replaceFile({ path, expected, text, backupFolder: this.backupFolder });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const message = `${path} cannot be read (${messageOf(error)}).`;
    throw new TaskHandlesError('usage', message, { cause: error });
  }
}
