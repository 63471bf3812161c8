import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import { VERSION } from '../common/product.ts';
import type { HomePaths } from './home.ts';

/** The program that a broker is; the others of a dist folder are staged beside it. */
export const BROKER_PROGRAM = 'broker.js';

/**
 * Copies the programs of a dist folder into the home and answers where they are. The broker runs
 * from there because editors delete the folders of old extensions under running programs.
 * Cheap when done before; of several at once the first wins, and the copies are equal.
 */
export function stageVersion(paths: HomePaths, distFolder: string): string {
  const source = resolve(distFolder);
  if (dirname(source) === paths.versions) return source;
  try {
    return stage(paths, source);
  } catch (error) {
    if (TaskHandlesError.is(error)) throw error;
    throw new TaskHandlesError(
      'broker_start_failed',
      `The programs in ${source} could not be copied to ${paths.versions} (${messageOf(error)}); make room there or repair it.`,
      { cause: error },
    );
  }
}

function stage(paths: HomePaths, source: string): string {
  const programs = programsOf(source);
  const note = join(paths.versions, `.staged-${stampOf(source, programs)}`);
  const known = notedFolder(paths, note);
  if (known !== undefined) {
    touch(note);
    return known;
  }
  const folder = join(paths.versions, `${VERSION}-${hashOf(source, programs)}`);
  if (!existsSync(folder)) copyPrograms(source, folder, programs);
  writeFileSync(note, folder, { mode: 0o600 });
  return folder;
}

const EDITORS_OWN: ReadonlySet<string> = new Set(['extension.js', 'commands.js']);

/** Everything but what only editors load. */
function programsOf(source: string): string[] {
  const names = existsSync(source) ? readdirSync(source) : [];
  const programs = names.filter((name) => name.endsWith('.js') && !EDITORS_OWN.has(name)).sort();
  if (programs.includes(BROKER_PROGRAM)) return programs;
  throw new TaskHandlesError(
    'broker_start_failed',
    `There is no ${BROKER_PROGRAM} in ${source}; install MCP Task Handles again.`,
  );
}

/** Tells one state of a dist folder from the next without reading a megabyte. */
function stampOf(source: string, programs: readonly string[]): string {
  const hash = createHash('sha256').update(`${VERSION}\n${source}\n`);
  for (const program of programs) {
    const { size, mtimeMs, ino } = statSync(join(source, program));
    hash.update(`${program} ${size} ${mtimeMs} ${ino}\n`);
  }
  return hash.digest('hex').slice(0, 12);
}

function notedFolder(paths: HomePaths, note: string): string | undefined {
  try {
    const folder = readFileSync(note, 'utf8');
    const isOurs = dirname(folder) === paths.versions && existsSync(join(folder, BROKER_PROGRAM));
    return isOurs ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Tells that this version is still asked for: copies that nobody asks for are cleared away. */
function touch(note: string): void {
  try {
    const now = new Date();
    utimesSync(note, now, now);
  } catch {
    // Somebody else's business; at worst the copy is made again one day.
  }
}

function hashOf(source: string, programs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const program of programs) {
    const content = readFileSync(join(source, program));
    hash.update(`${program} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}

function copyPrograms(source: string, folder: string, programs: readonly string[]): void {
  const temporary = `${folder}.${process.pid}.tmp`;
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  try {
    for (const program of programs) copyFileSync(join(source, program), join(temporary, program));
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    // Somebody else may have staged the same contents meanwhile.
    if (!existsSync(join(folder, BROKER_PROGRAM))) throw error;
  }
}
