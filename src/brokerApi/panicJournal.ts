import { readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../common/durableFile.ts';
import { isJsonObject, parseJson } from '../common/json.ts';
import { readOwnFile } from './ownFile.ts';
import { parseTree, type RecordedTree } from './processLedger.ts';
import { isRefusalId } from './workRefusal.ts';

/** What one `panic` was about to end, and has ended, without the broker. */
export interface PanicJournal {
  /** Of the refusal that went before it. */
  readonly refusalId: string;
  /** ISO 8601. Tasks that began later are none of its business. */
  readonly at: string;
  /** Everything that lived of what brokers had recorded, noted before the first was signalled. */
  readonly trees: readonly RecordedTree[];
  /** Processes that could not be ended; `null` while it is at it. */
  readonly survivors: readonly number[] | null;
}

/** A journal that the broker has not merged yet, with its file. */
export interface UnmergedPanic {
  readonly path: string;
  /** `null`: it cannot be read. */
  readonly journal: PanicJournal | null;
}

/** Resolves when the journal would survive a power cut. */
export async function writePanic(folder: string, journal: PanicJournal): Promise<void> {
  const text = `${JSON.stringify({ version: 1, ...journal })}\n`;
  await writeDurably(join(folder, `${journal.refusalId}.json`), text);
}

/** Every journal that is still to be merged. Never throws. */
export function readPanics(folder: string): UnmergedPanic[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return names.map((name) => readOne(join(folder, name)));
  } catch {
    return [];
  }
}

/** When its changes are on disk; one that could not be read is kept aside. */
export async function forgetPanic({ path, journal }: UnmergedPanic): Promise<void> {
  if (journal === null) await rename(path, `${path}.bad-${Date.now()}`);
  else await rm(path, { force: true });
}

function readOne(path: string): UnmergedPanic {
  try {
    return { path, journal: parseJournal(parseJson(readOwnFile(path))) };
  } catch {
    return { path, journal: null };
  }
}

function parseJournal(value: unknown): PanicJournal | null {
  if (!isJsonObject(value) || value.version !== 1 || !isRefusalId(value.refusalId)) return null;
  const { refusalId, at, survivors } = value;
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at)) || !Array.isArray(value.trees)) {
    return null;
  }
  const trees = value.trees.map(parseTree).filter((tree) => tree !== null);
  const pids = Array.isArray(survivors) ? survivors.filter((pid) => typeof pid === 'number') : null;
  return { refusalId, at, trees, survivors: pids };
}
