import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { messageOf, systemCodeOf } from '../common/errors.ts';
import { parseEnvFile } from './parseEnvFile.ts';
import { resolveVariables, type VariableContext } from './resolveVariables.ts';
import type { StdioEntry } from './serverEntry.ts';

/** A server ready to start: nothing in it has to be looked up any more. */
export interface ResolvedEntry {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | null;
  /** Whole: nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Resolution {
  /** Absent when something has no value; `problems` then says what. */
  readonly resolved?: ResolvedEntry;
  readonly problems: readonly string[];
  /** What was left out without harm, such as a bad line of an env file. */
  readonly warnings: readonly string[];
}

/** Resolves variables, `envFile` and cwd. `context.env` is what the server inherits. */
export async function resolveEntry(
  entry: StdioEntry,
  context: VariableContext,
): Promise<Resolution> {
  const problems: string[] = [];
  const warnings: string[] = [];
  const text = async (written: string) => {
    const found = await resolveVariables(written, context);
    problems.push(...found.problems);
    return found.text;
  };
  const command = await text(entry.command);
  const args: string[] = [];
  for (const arg of entry.args) args.push(await text(arg));
  const cwd = cwdOf(entry.cwd === null ? null : await text(entry.cwd), context);
  const env = inherited(context.env);
  if (entry.envFile !== null) {
    const path = fullPath(await text(entry.envFile), context);
    Object.assign(env, await readEnvFile(path, { problems, warnings }));
  }
  for (const [name, value] of Object.entries(entry.env)) {
    if (value === null) delete env[name];
    else env[name] = await text(value);
  }
  if (problems.length > 0) return { problems, warnings };
  const resolved = { command: commandOf(command, context), args, cwd, env };
  return { resolved, problems, warnings };
}

function inherited(env: VariableContext['env']): Record<string, string> {
  const set = Object.entries(env).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined;
  });
  return Object.fromEntries(set);
}

async function readEnvFile(
  path: string,
  { problems, warnings }: { problems: string[]; warnings: string[] },
): Promise<Record<string, string>> {
  try {
    const parsed = parseEnvFile(await readFile(path, 'utf8'));
    warnings.push(...parsed.problems.map((problem) => `envFile ${path}: ${problem}`));
    return { ...parsed.env };
  } catch (error) {
    const isMissing = systemCodeOf(error) === 'ENOENT';
    problems.push(
      isMissing
        ? `envFile ${path} does not exist; make it, or take \`envFile\` out.`
        : `envFile ${path} cannot be read (${messageOf(error)}).`,
    );
    return {};
  }
}

function cwdOf(cwd: string | null, context: VariableContext): string | null {
  return cwd === null ? (context.folder?.path ?? null) : fullPath(cwd, context);
}

/** `~` is the home; the rest is relative to the workspace folder, as in the editor. */
function fullPath(path: string, { folder, userHome }: VariableContext): string {
  if (path === '~' || /^~[\\/]/.test(path)) return join(userHome, path.slice(1));
  return isAbsolute(path) ? path : resolve(folder?.path ?? userHome, path);
}

function commandOf(command: string, { userHome }: VariableContext): string {
  return /^~[\\/]/.test(command) ? join(userHome, command.slice(1)) : command;
}
