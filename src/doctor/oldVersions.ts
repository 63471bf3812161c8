import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../brokerApi/finding.ts';
import { BROKER_PROGRAM } from '../brokerApi/versions.ts';
import { systemCodeOf } from '../common/errors.ts';
import { readCommandLines } from '../processes/commandLines.ts';
import { type Look, mendable } from './examination.ts';

/** A window may stay open for weeks, and starts servers from the copy that it found when it opened. */
const UNUSED_MS = 30 * 86_400_000;
const NOTE = /^\.staged-/;

interface Copy {
  readonly folder: string;
  /** When anybody last asked for it. */
  readonly usedMs: number;
}

/**
 * Copies of our programs that no version of us asks for any more and nothing runs from. The last one
 * that was used stays, whatever its age.
 */
export async function oldVersions(look: Look): Promise<readonly Finding[]> {
  const copies = copiesIn(look.paths.versions).sort((a, b) => b.usedMs - a.usedMs);
  const old = copies.slice(1).filter(({ usedMs }) => Date.now() - usedMs > UNUSED_MS);
  if (old.length === 0) return [];
  const lines = await readCommandLines();
  if (lines === null) return [];
  const named = [...lines, ...launchersIn(look.paths.bin)];
  const unused = old.filter(({ folder }) => !named.some((line) => line.includes(folder)));
  const findings: Finding[] = [];
  for (const copy of unused) findings.push(await foundCopy(copy, look));
  return findings;
}

async function foundCopy({ folder }: Copy, look: Look): Promise<Finding> {
  const what = `The programs in ${folder} are of no use any more`;
  const why = 'Nothing has asked for this version for a month, and nothing runs from it.';
  const remove = () => {
    rmSync(folder, { recursive: true, force: true });
    for (const { path, names } of notesIn(look.paths.versions)) {
      if (names === folder) rmSync(path, { force: true });
    }
  };
  return await mendable({ kind: 'old_version', what, why }, look, remove);
}

function copiesIn(versions: string): Copy[] {
  const notes = notesIn(versions);
  return namesIn(versions).flatMap((name) => {
    const folder = join(versions, name);
    const madeMs = timeOf(join(folder, BROKER_PROGRAM));
    if (madeMs === null || name.endsWith('.tmp')) return [];
    const asked = notes
      .filter(({ names }) => names === folder)
      .map(({ path }) => timeOf(path) ?? 0);
    return [{ folder, usedMs: Math.max(madeMs, timeOf(folder) ?? 0, ...asked) }];
  });
}

/** The notes beside them: which dist folder is staged in which copy. */
function notesIn(versions: string): { path: string; names: string }[] {
  return namesIn(versions)
    .filter((name) => NOTE.test(name))
    .map((name) => join(versions, name))
    .map((path) => ({ path, names: textOf(path) }));
}

/** What starts programs of ours by their path. */
function launchersIn(bin: string): string[] {
  return namesIn(bin).map((name) => textOf(join(bin, name)));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** `null` where there is no such thing. */
function timeOf(path: string): number | null {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return null;
  }
}
