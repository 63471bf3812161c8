import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { TaskHandlesError } from '../common/errors.ts';
import type { ProcessDefinition } from './ownedProcess.ts';

const isWindows = process.platform === 'win32';
const DEFAULT_PATH = isWindows ? '' : '/usr/local/bin:/usr/bin:/bin';

/**
 * The file that the definition's command names, found as the system would find it: on the
 * definition's own PATH and relative to its own folder, never ours.
 */
export async function resolveCommand(
  definition: Pick<ProcessDefinition, 'command' | 'env'>,
  cwd: string,
): Promise<string> {
  const { command, env } = definition;
  await requireFolder(cwd);
  if (command.trim() === '') {
    throw new TaskHandlesError('invalid_definition', 'The server has no `command`; set one.');
  }
  const isPath = command.includes('/') || (isWindows && command.includes('\\'));
  const folders = isPath ? [''] : searchPath(env);
  let isFoundUnusable = false;
  for (const folder of folders) {
    for (const extension of extensionsFor(command, env)) {
      const file = path.resolve(cwd, folder, command + extension);
      if (await isExecutable(file)) return file;
      isFoundUnusable ||= await exists(file);
    }
  }
  throw notFound(command, isPath, isFoundUnusable);
}

function notFound(command: string, isPath: boolean, isFoundUnusable: boolean): TaskHandlesError {
  if (isFoundUnusable) {
    const message = `\`${command}\` is not an executable file; check \`command\` of the server, or its permissions.`;
    return new TaskHandlesError('command_not_found', message);
  }
  const where = isPath ? 'does not exist' : 'was not found on PATH';
  const message = `\`${command}\` ${where}; check \`command\` of the server, or install it.`;
  return new TaskHandlesError('command_not_found', message);
}

async function requireFolder(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => null);
  if (found?.isDirectory() === true) return;
  const what = found === null ? 'does not exist' : 'is not a folder';
  const message = `The server's folder \`${cwd}\` ${what}; check \`cwd\` of the server.`;
  throw new TaskHandlesError('invalid_definition', message);
}

function searchPath(env: Readonly<Record<string, string>>): string[] {
  return (variable(env, 'PATH') ?? DEFAULT_PATH).split(path.delimiter);
}

/** On Windows a command names a file with one of PATHEXT's endings; an ending of its own wins. */
function extensionsFor(command: string, env: Readonly<Record<string, string>>): string[] {
  if (!isWindows) return [''];
  const endings = (variable(env, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD').split(';');
  return path.extname(command) === '' ? endings : ['', ...endings];
}

function variable(env: Readonly<Record<string, string>>, name: string): string | undefined {
  if (!isWindows) return env[name];
  return Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1];
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
