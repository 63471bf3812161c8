import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder, writeDurably } from '../common/durableFile.ts';
import { messageOf, systemCodeOf, TaskHandlesError } from '../common/errors.ts';
import { isJsonObject, parseJson, stringOr } from '../common/json.ts';
import { redactSecrets } from '../common/redact.ts';
import { readOwnFile } from './ownFile.ts';
import { isRefusalId, parseWorkRefusal, type WorkRefusal } from './workRefusal.ts';

/** A refusal as it lies on disk. */
export interface KeptRefusal {
  readonly refusal: WorkRefusal;
  /** Whether a broker has put it into the audit trail, and ended what it covers. */
  readonly isMerged: boolean;
  /** What could not be read: it stands for a refusal of everything, until a person accepts new work. */
  readonly unreadable?: string;
}

/** A refusal that was lifted while no broker could audit it. */
export interface LiftedRefusal {
  readonly refusal: WorkRefusal;
  readonly client: string | null;
}

/** The id of what lies in the folder under a name that is none of ours, or of the folder itself. */
const UNREADABLE = 'unreadable';

const KEPT = '.json';
/** No broker has merged it yet. */
const NEW = '.new.json';
const LIFTED = '.lifted';

/** It stands before every agent that is refused, and a file that is too large could not be read. */
const MAX_NOTE = 300;

/** What nobody else has made before, short enough to be typed. */
export function newRefusalId(): string {
  return randomBytes(4).toString('hex');
}

/** A refusal that begins now. Its reason goes to disk, and to every agent that is refused. */
export function newRefusal(facts: Omit<WorkRefusal, 'id' | 'since'>): WorkRefusal {
  const note = facts.note === null ? null : redactSecrets(facts.note).slice(0, MAX_NOTE);
  return { id: newRefusalId(), ...facts, note, since: new Date().toISOString() };
}

/**
 * Every refusal of a home, each in a file of its own: who adds one never overwrites another's.
 * Never throws; what cannot be read refuses everything.
 */
export function readRefusals(folder: string): KeptRefusal[] {
  try {
    const kept = namesIn(folder, KEPT).map((name) => readOne(join(folder, name)));
    // Seen under both names while it was given the other one.
    return kept.filter(
      ({ refusal }, at) =>
        kept.findIndex((one) => one.refusal.id === refusal.id) === at || refusal.id === UNREADABLE,
    );
  } catch (error) {
    // A home that is no folder has never held any.
    if (systemCodeOf(error) === 'ENOTDIR' && !isFolder(dirname(folder))) return [];
    return [unreadable(folder, messageOf(error))];
  }
}

/** Resolves when the refusal would survive a power cut. */
export async function writeRefusal(
  folder: string,
  { refusal, isMerged }: Omit<KeptRefusal, 'unreadable'>,
): Promise<void> {
  const text = `${JSON.stringify({ version: 1, ...refusal })}\n`;
  await writeDurably(join(folder, refusal.id + (isMerged ? KEPT : NEW)), text);
}

/** A broker has done what it says. One that was lifted meanwhile stays so. */
export async function markMerged(folder: string, { id }: WorkRefusal): Promise<void> {
  try {
    await rename(join(folder, id + NEW), join(folder, id + KEPT));
    await syncFolder(folder);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
}

/** Takes a refusal away; what could not be read is kept aside. Resolves when that is durable. */
export async function removeRefusal(folder: string, kept: KeptRefusal): Promise<void> {
  const { unreadable: path, refusal } = kept;
  if (path === undefined) {
    for (const ending of [NEW, KEPT]) await rm(join(folder, refusal.id + ending), { force: true });
  } else await rename(path, `${path}.bad-${Date.now()}`);
  await syncFolder(path === folder ? dirname(folder) : folder);
}

/**
 * Lifts refusals where no broker does: the one with this id, or all. Answers what was lifted, and
 * leaves a note of it for the audit trail. Rejects with `usage` when there is none with the id.
 */
export async function liftOnDisk(
  folder: string,
  { id, client }: { readonly id?: string | undefined; readonly client: string },
): Promise<WorkRefusal[]> {
  const wanted = chosen(readRefusals(folder), id);
  for (const kept of wanted) {
    const { refusal } = kept;
    if (kept.unreadable === undefined) {
      const note = `${JSON.stringify({ version: 1, refusal, client })}\n`;
      await writeDurably(join(folder, refusal.id + LIFTED), note);
    }
    await removeRefusal(folder, kept);
  }
  return wanted.map(({ refusal }) => refusal);
}

/** Those that are to be lifted; throws `usage` when none has the id. */
export function chosen(all: readonly KeptRefusal[], id: string | undefined): KeptRefusal[] {
  if (id === undefined) return [...all];
  const found = all.filter(({ refusal }) => refusal.id === id);
  if (found.length > 0) return found;
  const message = `No refusal of new work has the id "${id}"; see broker status.`;
  throw new TaskHandlesError('usage', message);
}

/** Notes of what was lifted without a broker, each with its file. A bad one is left out. */
export function readLifted(folder: string): (LiftedRefusal & { readonly path: string })[] {
  try {
    return namesIn(folder, LIFTED).flatMap((name) => {
      const path = join(folder, name);
      const note = parseJson(readOwnFile(path));
      const refusal = isJsonObject(note) ? parseWorkRefusal(note.refusal) : null;
      if (!isJsonObject(note) || refusal === null) return [];
      return [{ refusal, client: stringOr(note.client, null), path }];
    });
  } catch {
    return [];
  }
}

/** Changes when a refusal comes or goes; cheap enough to ask before each call. */
export function stampOf(folder: string): bigint | null {
  try {
    return statSync(folder, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? null;
  } catch {
    return null;
  }
}

function namesIn(folder: string, ending: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .sort();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function readOne(path: string): KeptRefusal {
  try {
    const value = parseJson(readOwnFile(path));
    const refusal = isJsonObject(value) && value.version === 1 ? parseWorkRefusal(value) : null;
    if (refusal === null || refusal.id !== idOf(path)) return unreadable(path, 'junk');
    return { refusal, isMerged: !path.endsWith(NEW) };
  } catch (error) {
    return unreadable(path, messageOf(error));
  }
}

function unreadable(path: string, why: string): KeptRefusal {
  const name = idOf(path);
  const note = `A refusal of new work in ${path} cannot be read (${why}), so everything is refused.`;
  const id = isRefusalId(name) && name !== 'refusals' ? name : UNREADABLE;
  const scope = { kind: 'everything' } as const;
  const refusal = { id, scope, by: 'policy', client: null, note, since: changedAt(path) } as const;
  return { refusal, isMerged: true, unreadable: path };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function idOf(path: string): string {
  return basename(path, path.endsWith(NEW) ? NEW : KEPT);
}

function changedAt(path: string): string {
  try {
    return statSync(path).mtime.toISOString();
  } catch {
    return new Date(0).toISOString();
  }
}
